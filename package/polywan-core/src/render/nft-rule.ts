import { familyOf } from "../address.ts";
import type { PortRange } from "../config/model.ts";
import type { Family } from "../family.ts";
import type { PlanRule } from "../plan/plan.ts";
import { renderComment } from "./mark.ts";
import { targetChain } from "./nft-target.ts";

/** A rule in the chain of a family it matches. */
export function renderNftRule(rule: PlanRule, family: Family): string {
	const { match } = rule;
	const ip = family === 4 ? "ip" : "ip6";
	const words: string[] = [];
	const add = (selector: string, values: readonly string[]): void => {
		if (values.length > 0) words.push(`${selector} ${renderValues(values)}`);
	};
	add(
		"iifname",
		match.sourceDevices.map((device) => `"${device}"`),
	);
	add(`${ip} saddr`, networksOf(match.sources, family));
	add(`${ip} daddr`, networksOf(match.destinations, family));
	add("meta l4proto", match.protocols.map(String));
	add("th sport", match.sourcePorts.map(renderPorts));
	add("th dport", match.destinationPorts.map(renderPorts));
	words.push(`goto ${targetChain(rule.target, family)} comment "${renderComment("rule", rule.name)}"`);
	return words.join(" ");
}

function networksOf(networks: readonly string[], family: Family): readonly string[] {
	return networks.filter((network) => familyOf(network) === family);
}

function renderPorts({ from, to }: PortRange): string {
	return from === to ? String(from) : `${from}-${to}`;
}

/** A set of one is slower than a comparison. */
function renderValues(values: readonly string[]): string {
	return values.length === 1 ? (values[0] ?? "") : `{ ${values.join(", ")} }`;
}

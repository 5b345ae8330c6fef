import type { PortRange } from "../../config/port-range.ts";
import type { Family } from "../../family.ts";
import { networksOf } from "../../plan/network-list.ts";
import type { PlanCondition } from "../../plan/plan.ts";
import { renderMark } from "../mark.ts";
import { ipWord } from "./word.ts";

/** A condition in words of nft; empty where it always holds in this family. */
export function renderNftCondition(condition: PlanCondition, family: Family): string {
	const words = selectorAndValues(condition, family);
	if (words === null || words[1].length === 0) return "";
	const [selector, values] = words;
	return `${selector} ${condition.not ? "!= " : ""}${renderValues(values)}`;
}

function selectorAndValues(
	condition: PlanCondition,
	family: Family,
): readonly [selector: string, values: readonly string[]] | null {
	const ip = ipWord(family);
	switch (condition.on) {
		case "source":
			return [`${ip} saddr`, networksOf(condition.networks, family)];
		case "destination":
			return [`${ip} daddr`, networksOf(condition.networks, family)];
		case "sourcePort":
			return ["th sport", condition.ports.map(renderPorts)];
		case "destinationPort":
			return ["th dport", condition.ports.map(renderPorts)];
		case "protocol":
			return ["meta l4proto", condition.protocols.map(String)];
		case "icmpType":
			return [family === 4 ? "icmp type" : "icmpv6 type", condition.types[family].map(String)];
		case "sourceMac":
			return ["ether saddr", condition.addresses];
		case "dscp":
			return [`${ip} dscp`, condition.codePoints.map(String)];
		case "mark":
			return [`meta mark & ${renderMark(condition.mask)}`, condition.values.map(renderMark)];
		case "sourceDevice":
			return ["iifname", condition.devices.map((device) => `"${device}"`)];
		case "heavy":
			return [`${ip} saddr . ${ip} daddr`, [`@${condition.set}_${family}`]];
		case "sourceSet":
			return [`${ip} saddr`, [`@${condition.set}_${family}`]];
		case "destinationSet":
			return [`${ip} daddr`, [`@${condition.set}_${family}`]];
		case "user":
			return ["meta skuid", condition.ids.map(String)];
		case "group":
			return ["meta skgid", condition.ids.map(String)];
	}
}

export function renderPorts({ from, to }: PortRange): string {
	return from === to ? String(from) : `${from}-${to}`;
}

/** A set of one is slower than a comparison. */
export function renderValues(values: readonly string[]): string {
	return values.length === 1 ? (values[0] ?? "") : `{ ${values.join(", ")} }`;
}

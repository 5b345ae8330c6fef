import { familyOf } from "../address.ts";
import type { PortRange } from "../config/model.ts";
import type { Family } from "../family.ts";
import type { PlanRule } from "../plan/plan.ts";
import type { IptablesChain } from "./iptables-ruleset.ts";
import { CHAIN_PREFIX } from "./iptables-ruleset.ts";
import { renderComment } from "./mark.ts";

/** xt_multiport: XT_MULTI_PORTS; a range takes two. */
const MAX_PORTS = 15;

/** Up to this many combinations of values are written out; beyond it sources and destinations are matched one after the other. */
const MAX_COMBINATIONS = 8;

/** The rules that stand for one of the plan, and the chain they need when it has many sources and many destinations. */
export interface RenderedRule {
	readonly rules: readonly string[];
	readonly chain: IptablesChain | null;
}

/** `marked`: the condition that some rule applied. `target`: the chain that sets the mark. Null: not of this family. */
export function renderIptablesRule(
	rule: PlanRule,
	family: Family,
	place: number,
	target: string,
	marked: string,
): RenderedRule | null {
	const { match } = rule;
	if (!match.families.includes(family)) return null;
	const comment = `-m comment --comment ${renderComment("rule", rule.name)}`;
	const sources = networksOf(match.sources, family).map((network) => `-s ${network}`);
	const destinations = networksOf(match.destinations, family).map((network) => `-d ${network}`);
	const devices = match.sourceDevices.map((device) => `-i ${device}`);
	const services = renderServices(rule);
	const combinations = [sources, destinations, devices, services].reduce(
		(count, list) => count * Math.max(1, list.length),
		1,
	);
	if (combinations <= MAX_COMBINATIONS || sources.length < 2 || destinations.length < 2) {
		const rules = combine(sources, destinations, devices, services).map((words) =>
			join(words, comment, `-g ${target}`),
		);
		return { rules, chain: null };
	}
	const name = `${CHAIN_PREFIX}r${place}`;
	const second = combine(destinations, services).map((words) => join(words, comment, `-g ${target}`));
	const first = combine(sources, devices).map((words) => join(words, comment, `-j ${name}`));
	return { rules: [...first, `${marked} -j RETURN`], chain: { name, rules: second, dynamic: false } };
}

function networksOf(networks: readonly string[], family: Family): readonly string[] {
	return networks.filter((network) => familyOf(network) === family);
}

/** Protocols with their ports. */
function renderServices({ match }: PlanRule): readonly string[] {
	const ports = combine(
		renderPorts("--sports", match.sourcePorts),
		renderPorts("--dports", match.destinationPorts),
	);
	return combine(
		match.protocols.map((protocol) => `-p ${protocol}`),
		ports,
	);
}

function renderPorts(option: string, ranges: readonly PortRange[]): readonly string[] {
	const groups: PortRange[][] = [];
	let left = 0;
	for (const range of ranges) {
		const size = range.from === range.to ? 1 : 2;
		if (size > left) {
			groups.push([]);
			left = MAX_PORTS;
		}
		left -= size;
		groups.at(-1)?.push(range);
	}
	return groups.map((group) => {
		const ports = group.map(({ from, to }) => (from === to ? String(from) : `${from}:${to}`));
		return `-m multiport ${option} ${ports.join(",")}`;
	});
}

/** Every choice of one from each list; an empty list is no condition. */
function combine(...lists: readonly (readonly string[])[]): readonly string[] {
	let combined: readonly string[] = [""];
	for (const list of lists) {
		if (list.length > 0) combined = combined.flatMap((before) => list.map((word) => join(before, word)));
	}
	return combined;
}

function join(...words: readonly string[]): string {
	return words.filter((word) => word !== "").join(" ");
}

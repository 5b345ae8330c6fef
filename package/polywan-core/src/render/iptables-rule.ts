import type { Family } from "../family.ts";
import type { PlanRule } from "../plan/plan.ts";
import { combine, join, renderCondition, renderPorts } from "./iptables-condition.ts";
import type { IptablesChain } from "./iptables-ruleset.ts";
import { CHAIN_PREFIX } from "./iptables-ruleset.ts";
import { renderComment, renderLogPrefix } from "./mark.ts";
import { networksOf } from "./nft-condition.ts";

/** Up to this many combinations of values are written out; beyond it sources and destinations are matched one after the other. */
const MAX_COMBINATIONS = 8;

/** The rules that stand for one of the plan, and the chains they need. */
export interface RenderedRule {
	readonly rules: readonly string[];
	/** A chain stands before those that lead to it. */
	readonly chains: readonly IptablesChain[];
}

/** What the kernel looks at in which hook: senders' hardware addresses in forwarded packets, accounts in the router's own. */
export function isForRouterOnly(rule: PlanRule): boolean {
	return rule.match.conditions.some(({ on }) => on === "user" || on === "group");
}

export function isForOthersOnly(rule: PlanRule): boolean {
	return rule.match.conditions.some(({ on }) => on === "sourceMac");
}

/**
 * `place`: among the rules. `target`: the chain that sets the mark. `marked`: the condition that some rule applied.
 * Null: not of this family.
 */
export function renderIptablesRule(
	rule: PlanRule,
	family: Family,
	place: number,
	target: string,
	marked: string,
): RenderedRule | null {
	const { match } = rule;
	if (!match.families.includes(family)) return null;
	const own = buildOwnChain(rule, target);
	const goto = `-g ${own?.name ?? target}`;
	const comment = `-m comment --comment ${renderComment("rule", rule.name)}`;
	const sources = networksOf(match.sources, family).map((network) => `-s ${network}`);
	const destinations = networksOf(match.destinations, family).map((network) => `-d ${network}`);
	const devices = match.sourceDevices.map((device) => `-i ${device}`);
	const services = renderServices(rule, family);
	const exceptions = match.conditions
		.filter(({ not }) => not)
		.flatMap((condition) => renderCondition(condition, match.protocols, family))
		.map((words) => join(words, "-j RETURN"));
	const combinations = [sources, destinations, devices, services].reduce(
		(count, list) => count * Math.max(1, list.length),
		1,
	);
	const inOneStep = combinations <= MAX_COMBINATIONS || sources.length < 2 || destinations.length < 2;
	if (exceptions.length === 0 && inOneStep) {
		const rules = combine(sources, destinations, devices, services).map((words) =>
			join(words, comment, goto),
		);
		return { rules, chains: own === null ? [] : [own] };
	}
	const name = `${CHAIN_PREFIX}x${place}`;
	const first = combine(sources, devices).map((words) => join(words, `-j ${name}`));
	const second = combine(destinations, services).map((words) => join(words, comment, goto));
	const chain = { name, rules: [...exceptions, ...second], dynamic: false };
	return {
		rules: [...first, `${marked} -j RETURN`],
		chains: own === null ? [chain] : [own, chain],
	};
}

/** Where more is to be done with what a rule matches than to send it to its target. */
function buildOwnChain(rule: PlanRule, target: string): IptablesChain | null {
	if (!rule.log) return null;
	const log = `-m limit --limit 10/sec --limit-burst 20 -j LOG --log-prefix "${renderLogPrefix(rule.name)}"`;
	return { name: `${CHAIN_PREFIX}${rule.kernelName}`, rules: [log, `-g ${target}`], dynamic: false };
}

/** Protocols with their ports, and the other conditions. */
function renderServices({ match }: PlanRule, family: Family): readonly string[] {
	const ports = combine(
		renderPorts("--sports", match.sourcePorts),
		renderPorts("--dports", match.destinationPorts),
	);
	const others = match.conditions
		.filter(({ not }) => !not)
		.map((condition) => renderCondition(condition, match.protocols, family));
	return combine(
		match.protocols.map((protocol) => `-p ${protocol}`),
		ports,
		...others,
	);
}

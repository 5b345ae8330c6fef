import type { Family } from "../../family.ts";
import { networksOf } from "../../plan/network-list.ts";
import type { PlanRule } from "../../plan/plan.ts";
import { renderComment, renderLogPrefix } from "../mark.ts";
import { combine, join, renderCondition, renderPorts } from "./condition.ts";
import { PAIR_SIDES, stickyIpset } from "./ipset.ts";
import type { IptablesChain } from "./ruleset.ts";
import { CHAIN_PREFIX } from "./ruleset.ts";

/** Up to this many combinations of values are written out; beyond it sources and destinations are matched one after the other. */
const MAX_COMBINATIONS = 8;

/** By syslog's numbers (RFC 5424, 6.2.1). */
const LOG_LEVELS = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"];

/** The rules that stand for one of the plan, and the chains they need. */
export interface RenderedRule {
	readonly rules: readonly string[];
	/** A chain stands before those that lead to it. */
	readonly chains: readonly IptablesChain[];
}

/** Values of our part of the mark as iptables-save prints them: `0x1000000/0xff000000`. */
export interface Marks {
	/** No rule has applied. */
	readonly none: string;
	ofUplink(id: number): string;
}

/** What the kernel looks at in which hook: senders' hardware addresses in forwarded packets, accounts in the router's own. */
export function isForRouterOnly(rule: PlanRule): boolean {
	return rule.match.conditions.some(({ on }) => on === "user" || on === "group");
}

export function isForOthersOnly(rule: PlanRule): boolean {
	return rule.match.conditions.some(({ on }) => on === "sourceMac");
}

/**
 * `place`: among the rules. `target`: the chain that sets the mark. Null: not of this family.
 */
export function renderIptablesRule(
	rule: PlanRule,
	family: Family,
	place: number,
	target: string,
	marks: Marks,
): RenderedRule | null {
	const { match } = rule;
	if (!match.families.includes(family)) return null;
	const own = buildOwnChain(rule, family, target, marks);
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
			inSavedOrder(join(words, comment, goto)),
		);
		return { rules, chains: own === null ? [] : [own] };
	}
	const name = `${CHAIN_PREFIX}x${place}`;
	const first = combine(sources, devices).map((words) => join(words, `-j ${name}`));
	const second = combine(destinations, services).map((words) => inSavedOrder(join(words, comment, goto)));
	const chain = { name, rules: [...exceptions, ...second], dynamic: false };
	return {
		rules: [...first, `-m mark ! --mark ${marks.none} -j RETURN`],
		chains: own === null ? [chain] : [own, chain],
	};
}

/** iptables-save prints these before all other matches, in this order. */
const FIRST = ["-s", "-d", "-i", "-p"];

function inSavedOrder(rule: string): string {
	const words = rule.split(" ");
	const front = FIRST.flatMap((option) => {
		const at = words.indexOf(option);
		return at < 0 ? [] : words.splice(at, 2);
	});
	return [...front, ...words].join(" ");
}

/** Where more is to be done with what a rule matches than to send it to its target. */
function buildOwnChain(rule: PlanRule, family: Family, target: string, marks: Marks): IptablesChain | null {
	const uplinks = rule.sticky?.uplinks[family] ?? [];
	if (!rule.log && uplinks.length === 0) return null;
	const level = rule.logLevel === undefined ? "" : ` --log-level ${LOG_LEVELS.indexOf(rule.logLevel)}`;
	const log = `-m limit --limit 10/sec --limit-burst 20 -j LOG --log-prefix "${renderLogPrefix(rule.name)}"${level}`;
	const rules = [
		...(rule.log ? [log] : []),
		...(uplinks.length === 0 ? [`-g ${target}`] : stickyRules(rule, family, target, marks)),
	];
	return { name: `${CHAIN_PREFIX}${rule.kernelName}`, rules, dynamic: false };
}

/** One set of sources, or of pairs, for each uplink; each is in one of them. */
function stickyRules(rule: PlanRule, family: Family, target: string, marks: Marks): readonly string[] {
	const timeoutS = rule.sticky?.timeoutS ?? 0;
	const uplinks = rule.sticky?.uplinks[family] ?? [];
	const key = rule.sticky?.key ?? "source";
	const sides = key === "source" ? "src" : PAIR_SIDES;
	const add = (set: string): string => `-j SET --add-set ${set} ${sides} --exist --timeout ${timeoutS}`;
	const known = uplinks.flatMap((id) => {
		const set = stickyIpset(rule.kernelName, id, family, key);
		const isIn = `-m set --match-set ${set} ${sides}`;
		return [`${isIn} ${add(set)}`, `${isIn} -g ${CHAIN_PREFIX}u${id}`];
	});
	const chosen = uplinks.map(
		(id) => `-m mark --mark ${marks.ofUplink(id)} ${add(stickyIpset(rule.kernelName, id, family, key))}`,
	);
	return [...known, `-j ${target}`, ...chosen];
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

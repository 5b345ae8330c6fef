import type { Family } from "../../family.ts";
import { networksOf } from "../../plan/network-list.ts";
import type { PlanRule } from "../../plan/plan.ts";
import { renderComment, renderLogPrefix } from "../mark.ts";
import { targetChain } from "./chain-name.ts";
import { renderNftCondition, renderPorts, renderValues } from "./condition.ts";
import type { NftChain } from "./ruleset.ts";
import { isSticky } from "./sticky.ts";
import { ipWord } from "./word.ts";

/** A rule in the chain of a family it matches. */
export function renderNftRule(rule: PlanRule, family: Family): string {
	const { match } = rule;
	const ip = ipWord(family);
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
	// The type of a message says its protocol, and nft refuses to be told both ICMPs.
	if (!match.conditions.some(({ on }) => on === "icmpType")) add("meta l4proto", match.protocols.map(String));
	add("th sport", match.sourcePorts.map(renderPorts));
	add("th dport", match.destinationPorts.map(renderPorts));
	words.push(...match.conditions.map((condition) => renderNftCondition(condition, family)));
	words.push(`counter goto ${ruleChain(rule, family)} comment "${renderComment("rule", rule.name)}"`);
	return words.filter((word) => word !== "").join(" ");
}

/** Where what a rule matches goes: to the target, by way of a chain of the rule's own where more is to be done than that. */
export function ruleChain(rule: PlanRule, family: Family): string {
	return hasOwnChain(rule, family) ? `${rule.kernelName}_${family}` : targetChain(rule.target, family);
}

/** The chains of rules that need one. */
export function buildRuleChains(rules: readonly PlanRule[], family: Family): readonly NftChain[] {
	const own = rules.filter((rule) => rule.match.families.includes(family) && hasOwnChain(rule, family));
	const named = new Map(own.map((rule) => [rule.kernelName, rule]));
	return [...named.values()].map((rule) => ({
		name: ruleChain(rule, family),
		hook: null,
		rules: [
			...(rule.log
				? [`limit rate 10/second burst 20 packets log prefix "${renderLogPrefix(rule.name)}"${levelOf(rule)}`]
				: []),
			isSticky(rule, family)
				? `goto ${rule.kernelName}s_${family}`
				: `goto ${targetChain(rule.target, family)}`,
		],
	}));
}

/** nft leaves out the kernel's own, "warn". */
function levelOf({ logLevel }: PlanRule): string {
	return logLevel === undefined ? "" : ` level ${logLevel}`;
}

function hasOwnChain(rule: PlanRule, family: Family): boolean {
	return rule.log || isSticky(rule, family);
}

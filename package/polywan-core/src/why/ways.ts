import type { PlanRule } from "../plan/plan.ts";
import type { Finding } from "./finding.ts";

/** Neighbours that are one rule: an application's names, networks and ports are ways to match it. */
export function groupByRule(rules: readonly PlanRule[]): readonly (readonly PlanRule[])[] {
	const groups: PlanRule[][] = [];
	for (const rule of rules) {
		const last = groups.at(-1);
		if (last?.[0]?.name === rule.name) last.push(rule);
		else groups.push([rule]);
	}
	return groups;
}

/** What `match` says of a rule by all its ways, of which any will do, and the way that says it. */
export function matchWays(
	ways: readonly PlanRule[],
	match: (way: PlanRule) => Finding,
): Finding & { readonly rule: PlanRule } {
	const found = ways.map((rule) => ({ ...match(rule), rule }));
	for (const answer of ["yes", "maybe", "no"] as const) {
		const [first, ...others] = found.filter((finding) => finding.answer === answer);
		if (first !== undefined)
			return answer === "yes" ? first : { ...first, reason: addOthers(first.reason, others) };
	}
	throw new Error("a rule has at least one way to match");
}

function addOthers(reason: string, others: readonly Finding[]): string {
	const count = new Set(others.map((other) => other.reason).filter((other) => other !== reason)).size;
	return count === 0 ? reason : `${reason}, and likewise in ${count} other ways`;
}

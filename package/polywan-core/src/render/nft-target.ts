import type { LastResort } from "../config/model.ts";
import type { Family } from "../family.ts";
import type { Plan, PlanTarget } from "../plan/plan.ts";
import { renderComment } from "./mark.ts";
import type { NftChain } from "./nft-ruleset.ts";
import { renderShare, renderUplinkShare, shareMapName } from "./nft-share.ts";

/** Chain that sets the packet's mark to an uplink's. */
export function uplinkChain(id: number): string {
	return `u${id}`;
}

/** Chain that sets the packet's mark to a verdict's. */
export function verdictChain(verdict: LastResort): string {
	return `to_${verdict}`;
}

/** Chain a rule goes to for its target in one family. */
export function targetChain(target: PlanTarget, family: Family): string {
	switch (target.kind) {
		case "policy":
			return `${target.kernelName}_${family}`;
		case "uplink":
			return `t${target.id}_${family}`;
		case "verdict":
			return verdictChain(target.verdict);
	}
}

/** One chain per policy and per uplink that is a target: what changes when shares do. */
export function buildTargetChains(plan: Plan, family: Family): readonly NftChain[] {
	const chains = plan.policies.map(({ name, kernelName, shares }): NftChain => {
		const map = shareMapName(kernelName, family);
		const rules = renderShare(shares[family], renderComment("policy", name), map, family);
		return { name: `${kernelName}_${family}`, hook: null, rules };
	});
	const names = new Map(plan.uplinks.map((uplink) => [uplink.id, uplink.name]));
	for (const target of uplinkTargets(plan)) {
		const name = names.get(target.id) ?? "";
		const rule = renderUplinkShare(target.shares[family], target.id, renderComment("uplink", name));
		chains.push({ name: targetChain(target, family), hook: null, rules: [rule] });
	}
	return chains;
}

type UplinkTarget = Extract<PlanTarget, { kind: "uplink" }>;

/** The uplinks that rules or the default name, each once. */
export function uplinkTargets(plan: Plan): readonly UplinkTarget[] {
	const found = new Map<number, UplinkTarget>();
	for (const target of [plan.defaultTarget, ...plan.rules.map((rule) => rule.target)]) {
		if (target.kind === "uplink") found.set(target.id, target);
	}
	return [...found.values()].sort((a, b) => a.id - b.id);
}

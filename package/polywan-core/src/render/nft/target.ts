import type { Family } from "../../family.ts";
import type { Plan } from "../../plan/plan.ts";
import { uplinkTargets } from "../../plan/uplink-target.ts";
import { renderComment } from "../mark.ts";
import { targetChain, verdictChain } from "./chain-name.ts";
import type { NftChain } from "./ruleset.ts";
import { renderShare, renderUplinkShare, shareMapName } from "./share.ts";
import { setMark } from "./word.ts";

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

/** Chains that set the mark of what no uplink gets. */
export function buildVerdictChains(plan: Plan): readonly NftChain[] {
	return (["default", "unreachable", "blackhole"] as const).map((verdict) => ({
		name: verdictChain(verdict),
		hook: null,
		rules: [setMark("meta", plan, plan.verdictMarks[verdict])],
	}));
}

import type { Model } from "../config/model.ts";
import type { Family } from "../family.ts";
import { listVariants } from "../policy/mode.ts";
import type { ShareContext } from "../policy/shares.ts";
import { buildShare } from "../policy/shares.ts";
import type { KernelIds } from "./ids.ts";
import type { Plan, PlanPolicy, PlanShare } from "./plan.ts";
import { policyKernelName, type ShareAdjustment, slotBuilder } from "./policies.ts";

/** What shares depend on once an uplink died; `isEligible` knows of it. */
export interface DiversionInput {
	readonly model: Model;
	readonly ids: KernelIds;
	readonly shares: ShareContext;
}

/**
 * What is done at once when an uplink dies, before a whole plan follows: others of each policy, else those that its shares would go to
 * now, take its slots, and every other slot stays. Policies without another uplink are left to the whole plan, so nothing
 * ever goes where it must not.
 */
export function divertShares(
	plan: Plan,
	uplink: string,
	family: Family,
	input: DiversionInput,
): readonly ShareAdjustment[] {
	const id = input.ids.uplinks[uplink];
	if (id === undefined) return [];
	return plan.policies.flatMap((policy): ShareAdjustment[] => {
		const share = policy.shares[family];
		if (share.kind === "verdict" || !share.slots.includes(id)) return [];
		const survivors = share.slots.filter((slot) => slot !== id);
		const heirs = survivors.length > 0 ? survivors : findHeirs(policy, family, input);
		if (heirs.length === 0 || heirs.includes(id)) return [];
		return [{ kernelName: policy.kernelName, family, share: { ...share, ...inherit(share, id, heirs) } }];
	});
}

type Shared = Exclude<PlanShare, { kind: "verdict" }>;

/** The slots with the heirs, in turn, in those of the dead. */
function inherit(
	share: Shared,
	dead: number,
	heirs: readonly number[],
): { readonly slots: readonly number[]; readonly first?: null } {
	let turn = 0;
	const slots = share.slots.map((slot) => (slot === dead ? (heirs[turn++ % heirs.length] ?? slot) : slot));
	return share.kind === "table" && share.first === dead ? { slots, first: null } : { slots };
}

/** Whose turn it is where all slots were the dead one's: the next tier's, mostly. What is measured is not waited for. */
function findHeirs(
	{ name, kernelName }: PlanPolicy,
	family: Family,
	{ model, ids, shares }: DiversionInput,
): readonly number[] {
	const policy = model.policies.find((candidate) => candidate.name === name);
	const id = ids.policies[name];
	if (policy === undefined || id === undefined) return [];
	const variant = listVariants(policy).find((each) => policyKernelName(id, each) === kernelName);
	if (variant === undefined) return [];
	const share = buildShare(model, policy, variant, family, { ...shares, measure: undefined });
	const built = slotBuilder(ids)(share);
	return built.kind === "verdict" ? [] : built.slots;
}

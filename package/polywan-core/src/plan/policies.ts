import type { Model, Policy } from "../config/model.ts";
import type { Family, PerFamily } from "../family.ts";
import { perFamily } from "../family.ts";
import { buildHashSlots, HASH_SLOTS } from "../policy/flow-hash.ts";
import type { Variant } from "../policy/mode.ts";
import { listVariants } from "../policy/mode.ts";
import { buildShareTable, tableSize } from "../policy/share-table.ts";
import type { Share, ShareContext } from "../policy/shares.ts";
import { buildShare } from "../policy/shares.ts";
import { buildSlots } from "../policy/slots.ts";
import type { KernelIds } from "./ids.ts";
import type { Plan, PlanPolicy, PlanShare } from "./plan.ts";

/** Slots of a round robin in nftables; iptables makes 64 of them at most. */
const MAX_SLOTS = 1024;

/** Short, derived from the policy's id: "p3", and "p3l" for one variant of an adaptive policy. */
export function policyKernelName(id: number, { key }: Variant): string {
	return `p${id}${key === "latency" ? "l" : key === "least_used" ? "u" : ""}`;
}

/** Every policy that has an id, an adaptive one with each of its variants. */
export function buildPolicies(
	model: Model,
	ids: KernelIds,
	context: ShareContext,
	slots: (share: Share) => PlanShare,
): readonly PlanPolicy[] {
	return model.policies.flatMap((policy) => {
		const id = ids.policies[policy.name];
		if (id === undefined) return [];
		return listVariants(policy).map((variant): PlanPolicy => {
			const shares = perFamily((family) => slots(buildShare(model, policy, variant, family, context)));
			const named = { name: policy.name, kernelName: policyKernelName(id, variant), shares };
			return variant.key === "" ? named : { ...named, variant: variant.key };
		});
	});
}

/**
 * How the router's own traffic is spread where `name` is the default policy: as its connections are, only that counts of
 * connections change too fast to be followed by routes.
 */
export function buildOwnShares(
	model: Model,
	name: string,
	context: ShareContext,
	slots: (share: Share) => PlanShare,
): PerFamily<PlanShare> | null {
	const policy = model.policies.find((candidate) => candidate.name === name);
	const [main] = policy === undefined ? [] : listVariants(policy);
	if (policy === undefined || main === undefined) return null;
	const measure = main.mode === "least_connections" ? undefined : context.measure;
	return perFamily((family) => slots(buildShare(model, policy, main, family, { ...context, measure })));
}

/**
 * How packets of the tunnels among the uplinks are spread over those that are none: as the default policy has it, else the lowest
 * tier first. Null without tunnels.
 */
export function buildCarrierShares(
	model: Model,
	tunnels: ReadonlyMap<string, readonly string[]>,
	context: ShareContext,
	slots: (share: Share) => PlanShare,
): PerFamily<PlanShare> | null {
	const carriers = model.uplinks.filter(({ name, enabled }) => enabled && !tunnels.has(name));
	if (carriers.length === model.uplinks.filter(({ enabled }) => enabled).length) return null;
	const { defaultTarget } = model.globals;
	const preferred = model.policies.find(
		({ name }) => defaultTarget.kind === "policy" && name === defaultTarget.name,
	);
	const names = new Set(carriers.map(({ name }) => name));
	const members = preferred?.members.filter(({ uplink }) => names.has(uplink)) ?? [];
	const everyCarrier = carriers.map(({ name, tier, weight }) => ({ uplink: name, tier, weight }));
	const policy: Policy = {
		name: "",
		mode: preferred?.mode === "weighted" && members.length > 0 ? "weighted" : "failover",
		members: members.length > 0 ? members : everyCarrier,
		lastResort: "default",
		overflowPercent: 0,
	};
	const [variant] = listVariants(policy);
	if (variant === undefined) return null;
	const unmeasured = { ...context, measure: undefined };
	return perFamily((family) => slots(buildShare(model, policy, variant, family, unmeasured)));
}

/** Sequences built lately. Many policies have the same, and plan after plan has them again. */
let recent = new Map<string, PlanShare>();
let older = new Map<string, PlanShare>();
const MOST_RECENT = 24;

/** Makes slots of shares. */
export function slotBuilder(ids: KernelIds): (share: Share) => PlanShare {
	return (share) => {
		if (share.kind === "verdict") return share;
		const members = share.uplinks.map(({ name, weight }) => ({ id: ids.uplinks[name] ?? 0, weight }));
		const text = members.map(({ id, weight }) => `${id}:${weight}`).join();
		const first = ids.uplinks[share.first ?? ""] ?? null;
		const key = [share.spread, first, share.mode, share.members, text].join(" ");
		const known = recent.get(key) ?? older.get(key) ?? buildPlanShare(share, members, first);
		if (recent.size >= MOST_RECENT) [recent, older] = [new Map(), recent];
		recent.set(key, known);
		return known;
	};
}

function buildPlanShare(
	share: Extract<Share, { kind: "uplinks" }>,
	members: readonly { id: number; weight: number }[],
	first: number | null,
): PlanShare {
	if (share.spread === "hash") return { kind: "hash", slots: buildHashSlots(members, HASH_SLOTS) };
	if (share.spread !== "table") return { kind: "slots", slots: buildSlots(members, MAX_SLOTS) };
	const size = tableSize(share.mode ?? "", share.members ?? members.length);
	return { kind: "table", slots: buildShareTable(members, size), first };
}

/** What another share of one policy does to a plan. */
export interface ShareAdjustment {
	readonly kernelName: string;
	readonly family: Family;
	readonly share: PlanShare;
}

/** The plan with those shares in place of the ones before; the very same plan where nothing differs. */
export function adjustShares(plan: Plan, adjustments: readonly ShareAdjustment[]): Plan {
	let changed = false;
	const policies = plan.policies.map((policy) => {
		const own = adjustments.filter(({ kernelName }) => kernelName === policy.kernelName);
		const fresh = own.filter(({ family, share }) => !isSameShare(policy.shares[family], share));
		if (fresh.length === 0) return policy;
		changed = true;
		const shareIn = (family: Family): PlanShare =>
			fresh.find((adjustment) => adjustment.family === family)?.share ?? policy.shares[family];
		return { ...policy, shares: perFamily(shareIn) };
	});
	return changed ? { ...plan, policies } : plan;
}

/** Whether they lead to the same rules. */
export function isSameShare(one: PlanShare, other: PlanShare): boolean {
	if (one === other) return true;
	if (one.kind !== other.kind) return false;
	if (one.kind === "verdict" || other.kind === "verdict")
		return one.kind === "verdict" && other.kind === "verdict" && one.verdict === other.verdict;
	if (one.kind === "table" && other.kind === "table" && one.first !== other.first) return false;
	return one.slots.length === other.slots.length && one.slots.every((id, place) => id === other.slots[place]);
}

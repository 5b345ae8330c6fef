import type { LastResort, Member, Model, Policy } from "../config/model.ts";
import type { Family, PerFamily } from "../family.ts";
import { perFamily } from "../family.ts";
import type { MeasuredMode, Variant } from "./mode.ts";
import { isMeasured, listVariants } from "./mode.ts";
import { adjustMembers, type Standing } from "./standing.ts";

/** Who takes new connections in one family, and in which proportion. */
export type Share =
	| {
			readonly kind: "uplinks";
			readonly uplinks: readonly { readonly name: string; readonly weight: number }[];
			/** How: in turn where absent, by a table whose entries change while connections come, or by a hash of the flow. */
			readonly spread?: "table" | "hash";
			/** Of a table: who takes the very next connection; null: no matter. */
			readonly first?: string | null;
			/** Of a table: places it has. */
			readonly mode?: MeasuredMode;
			readonly members?: number;
	  }
	/** No member is eligible. */
	| { readonly kind: "verdict"; readonly verdict: LastResort };

export type Shares = ReadonlyMap<string, PerFamily<Share>>;

/** Whether an uplink takes new connections of a family. */
export type IsEligible = (uplink: string, family: Family) => boolean;

/** One way of one policy to share in one family, and who can take connections there. */
export interface ShareRequest {
	readonly policy: Policy;
	readonly variant: Variant;
	readonly mode: MeasuredMode;
	readonly family: Family;
	/** Never empty. */
	readonly eligible: readonly Member[];
}

/** What measurements say of a request; null: nothing is measured. */
export type Measure = (request: ShareRequest) => {
	readonly members: readonly { readonly name: string; readonly weight: number }[];
	readonly first: string | null;
} | null;

/** Weights set by hand, by policy and uplink. */
export type CustomWeights = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** What shares depend on besides the configuration. */
export interface ShareContext {
	readonly isEligible: IsEligible;
	/** Absent: nothing is measured, and modes that follow measurements share by weight. */
	readonly measure?: Measure | undefined;
	readonly customWeights?: CustomWeights | undefined;
	/** Whether the kernel can hash flows; absent: it can. */
	readonly canHash?: boolean;
	/** Absent: all are normal. */
	readonly standingOf?: ((uplink: string, family: Family) => Standing) | undefined;
	/** Policies that are out of their times: as if no member were usable. */
	readonly isClosed?: ((policy: string) => boolean) | undefined;
}

/** The share of each uplink in each policy, per family; of an adaptive policy for what no rule gave a class. */
export function buildShares(model: Model, isEligible: IsEligible): Shares {
	return new Map(
		model.policies.map((policy) => {
			const [main] = listVariants(policy);
			const verdict = { kind: "verdict", verdict: "default" } as const;
			const share = (family: Family): Share =>
				main === undefined ? verdict : buildShare(model, policy, main, family, { isEligible });
			return [policy.name, perFamily(share)];
		}),
	);
}

/** The shares of one variant of a policy. */
export function buildShare(
	model: Model,
	policy: Policy,
	variant: Variant,
	family: Family,
	context: ShareContext,
): Share {
	// A family no uplink is meant for is none of our business: the main table decides, as without polywan.
	if (!isManaged(model, family)) return { kind: "verdict", verdict: "default" };
	const members = withCustomWeights(policy, context.customWeights);
	const usable = members.filter(({ uplink }) => context.isEligible(uplink, family));
	const { mode } = variant;
	const standingOf = (uplink: string) => context.standingOf?.(uplink, family) ?? "normal";
	const hasTiers = mode === "failover" || mode === "overflow";
	const eligible = context.isClosed?.(policy.name) ? [] : adjustMembers(usable, standingOf, hasTiers);
	if (eligible.length === 0) return { kind: "verdict", verdict: policy.lastResort };
	if (isMeasured(mode)) return shareByMeasure({ policy, variant, mode, family, eligible }, context.measure);
	const chosen = mode === "failover" ? lowestTier(eligible) : eligible;
	const uplinks = chosen.map(({ uplink, weight }) => ({
		name: uplink,
		weight: mode === "round_robin" ? 1 : weight,
	}));
	return mode === "flow_hash" && context.canHash !== false
		? { kind: "uplinks", uplinks, spread: "hash" }
		: { kind: "uplinks", uplinks };
}

/** The share that measurements give, or by weight where there are none. */
export function shareByMeasure(request: ShareRequest, measure: Measure | undefined): Share {
	const { policy, mode, eligible } = request;
	const measured = measure?.(request) ?? null;
	const unmeasured = mode === "overflow" ? lowestTier(eligible) : eligible;
	return {
		kind: "uplinks",
		uplinks: measured?.members ?? unmeasured.map(({ uplink, weight }) => ({ name: uplink, weight })),
		spread: "table",
		first: measured?.first ?? null,
		mode,
		members: policy.members.length,
	};
}

/** Members of a policy of mode custom with the weights set for them; 0 takes one out. */
function withCustomWeights(policy: Policy, weights: CustomWeights | undefined): readonly Member[] {
	if (policy.mode !== "custom" || weights === undefined || !Object.hasOwn(weights, policy.name))
		return policy.members;
	const own = weights[policy.name] ?? {};
	return policy.members
		.map((member) => ({
			...member,
			weight: Object.hasOwn(own, member.uplink) ? (own[member.uplink] ?? 0) : member.weight,
		}))
		.filter(({ weight }) => weight > 0);
}

/** Whether any enabled uplink is meant for the family. */
export function isManaged(model: Model, family: Family): boolean {
	return (
		model.globals.enabled &&
		model.uplinks.some((uplink) => uplink.enabled && uplink.families.includes(family))
	);
}

function lowestTier(members: readonly Member[]): readonly Member[] {
	const lowest = Math.min(...members.map((member) => member.tier));
	return members.filter((member) => member.tier === lowest);
}

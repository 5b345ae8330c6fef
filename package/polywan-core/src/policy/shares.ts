import type { LastResort, Member, Model, Policy } from "../config/model.ts";
import type { Family, PerFamily } from "../family.ts";
import { perFamily } from "../family.ts";

/** Who takes new connections in one family, and in which proportion. */
export type Share =
	| {
			readonly kind: "uplinks";
			readonly uplinks: readonly { readonly name: string; readonly weight: number }[];
	  }
	/** No member is eligible. */
	| { readonly kind: "verdict"; readonly verdict: LastResort };

export type Shares = ReadonlyMap<string, PerFamily<Share>>;

/** Whether an uplink takes new connections of a family. */
export type IsEligible = (uplink: string, family: Family) => boolean;

/** The share of each uplink in each policy, per family. */
export function buildShares(model: Model, isEligible: IsEligible): Shares {
	return new Map(
		model.policies.map((policy) => [
			policy.name,
			perFamily((family) => buildShare(model, policy, family, isEligible)),
		]),
	);
}

function buildShare(model: Model, policy: Policy, family: Family, isEligible: IsEligible): Share {
	// A family no uplink is meant for is none of our business: the main table decides, as without polywan.
	if (!isManaged(model, family)) return { kind: "verdict", verdict: "default" };
	const eligible = policy.members.filter((member) => isEligible(member.uplink, family));
	const chosen = policy.mode === "failover" ? lowestTier(eligible) : eligible;
	if (chosen.length === 0) return { kind: "verdict", verdict: policy.lastResort };
	return { kind: "uplinks", uplinks: chosen.map(({ uplink, weight }) => ({ name: uplink, weight })) };
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

import type { Member, Model, Policy } from "../config/model.ts";
import type { Family } from "../family.ts";
import { FAMILIES } from "../family.ts";

/** How it is with an uplink. */
export interface StandbyFacts {
	/** Takes new connections of that family now. */
	readonly isUsable: (uplink: string, family: Family) => boolean;
	/** Was brought up and does not come: others are tried too. */
	readonly hasFailed: (uplink: string) => boolean;
}

/** Uplinks on cold standby that have to be up now: in some policy nothing that is up anyway works and goes before them. */
export function listNeeded(model: Model, facts: StandbyFacts): ReadonlySet<string> {
	const needed = new Set<string>();
	if (!model.globals.enabled) return needed;
	for (const policy of model.policies) {
		for (const family of FAMILIES)
			for (const name of neededBy(policy, family, model, facts)) needed.add(name);
	}
	return needed;
}

function neededBy(
	policy: Policy,
	family: Family,
	model: Model,
	{ isUsable, hasFailed }: StandbyFacts,
): readonly string[] {
	const uplinks = new Map(model.uplinks.map((uplink) => [uplink.name, uplink]));
	const members = policy.members.filter(({ uplink }) => {
		const own = uplinks.get(uplink);
		return own?.enabled === true && own.families.includes(family);
	});
	const isCold = ({ uplink }: Member): boolean => uplinks.get(uplink)?.standby != null;
	// A family that only cold uplinks carry does not keep them up for ever.
	if (members.every(isCold) && policy.members.some((member) => !isCold(member))) return [];
	const hasTiers = policy.mode === "failover" || policy.mode === "overflow";
	const tierOf = ({ tier }: Member): number => (hasTiers ? tier : 0);
	const working = members.filter((member) => !isCold(member) && isUsable(member.uplink, family));
	const best = working.length === 0 ? Number.POSITIVE_INFINITY : Math.min(...working.map(tierOf));
	const better = members.filter(
		(member) => isCold(member) && (working.length === 0 || (hasTiers && tierOf(member) < best)),
	);
	const tiers = [...new Set(better.map(tierOf))].sort((a, b) => a - b);
	const needed: string[] = [];
	for (const tier of tiers) {
		const own = better.filter((member) => tierOf(member) === tier).map(({ uplink }) => uplink);
		needed.push(...own);
		if (!own.every(hasFailed)) break;
	}
	return needed;
}

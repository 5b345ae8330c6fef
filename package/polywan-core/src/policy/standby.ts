import type { Member, Model, Policy } from "../config/model.ts";
import type { Family } from "../family.ts";
import { FAMILIES } from "../family.ts";

/** How it is with an uplink. */
export interface StandbyFacts {
	/** Takes new connections of that family now. */
	readonly isUsable: (uplink: string, family: Family) => boolean;
	/** Was brought up and does not come: others are tried too. */
	readonly hasFailed: (uplink: string) => boolean;
	/** Of policies of mode overflow: this tier and those before it are full, or soon will be; null: the first has room. */
	readonly strainedTier: (policy: string, family: Family) => number | null;
}

/** Why an uplink has to be up; completes "brought up: …". */
export type Need = "nothing else works" | "what goes before it is nearly full" | "a rule names it";

/**
 * Uplinks on cold standby that have to be up now: in some policy nothing that is up anyway works and goes before them, or
 * what does is nearly full; those that a rule names are always.
 */
export function listNeeded(model: Model, facts: StandbyFacts): ReadonlyMap<string, Need> {
	const needed = new Map<string, Need>();
	if (!model.globals.enabled) return needed;
	for (const target of [model.globals.defaultTarget, ...model.rules.map((rule) => rule.target)])
		if (target.kind === "uplink") needed.set(target.name, "a rule names it");
	for (const policy of model.policies) {
		for (const family of FAMILIES)
			for (const [name, need] of neededBy(policy, family, model, facts))
				if (!needed.has(name)) needed.set(name, need);
	}
	return needed;
}

function neededBy(
	policy: Policy,
	family: Family,
	model: Model,
	facts: StandbyFacts,
): readonly (readonly [string, Need])[] {
	const { isUsable, hasFailed } = facts;
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
	const found = firstTiers(better, tierOf, hasFailed).map((name) => [name, "nothing else works"] as const);
	const strained = policy.mode === "overflow" ? facts.strainedTier(policy.name, family) : null;
	if (strained === null) return found;
	const cold = members.filter((member) => isCold(member) && member.tier > best);
	const used = cold.filter(({ tier }) => tier <= strained).map(({ uplink }) => uplink);
	// No further than to what is up anyway and has room.
	const next = Math.min(...working.map(tierOf).filter((tier) => tier > strained));
	const spare = cold.filter(({ tier }) => tier > strained && tier <= next);
	const names = [...used, ...firstTiers(spare, tierOf, hasFailed)];
	return [...found, ...names.map((name) => [name, "what goes before it is nearly full"] as const)];
}

/** Those of the lowest tier, and of the next one where none of these comes. */
function firstTiers(
	members: readonly Member[],
	tierOf: (member: Member) => number,
	hasFailed: (uplink: string) => boolean,
): readonly string[] {
	const tiers = [...new Set(members.map(tierOf))].sort((a, b) => a - b);
	const needed: string[] = [];
	for (const tier of tiers) {
		const own = members.filter((member) => tierOf(member) === tier).map(({ uplink }) => uplink);
		needed.push(...own);
		if (!own.every(hasFailed)) break;
	}
	return needed;
}

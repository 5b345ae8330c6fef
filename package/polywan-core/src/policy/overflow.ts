import type { Candidate, Decision } from "./candidate.ts";
import { renderUtilisation, shareByWeight } from "./candidate.ts";

/** A tier that was full is used again only when its use is below the limit by this much. */
const RELIEF = 0.1;

/**
 * The first tier takes new connections until it is used above `percent` of its capacity, then the next; where all are
 * full, all of them do.
 */
export function decideByOverflow(
	candidates: readonly Candidate[],
	previous: Decision | null,
	percent: number,
): Decision {
	const tiers = [...new Set(candidates.map(({ tier }) => tier))].sort((a, b) => a - b);
	const before = new Set(previous?.members.map(({ name }) => name) ?? []);
	const present = candidates.filter(({ name }) => before.has(name)).map(({ tier }) => tier);
	const presentTier = present.length === 0 ? Number.NEGATIVE_INFINITY : Math.max(...present);
	const limit = percent / 100;
	const relief = Math.max(limit - RELIEF, limit / 2);
	let strainedTier: number | undefined;
	const full: string[] = [];
	for (const tier of tiers) {
		const members = candidates.filter((candidate) => candidate.tier === tier);
		const use = useOf(members);
		const isFull = use > (tier < presentTier ? relief : limit);
		if (use > relief) strainedTier = tier;
		const words = `tier ${tier} is used to ${renderUtilisation(use)}`;
		if (!isFull) return strain(shareByWeight(members, [...full, words].join(", ")), strainedTier);
		full.push(words);
	}
	return strain(shareByWeight(candidates, `${full.join(", ")}: all are full`), strainedTier);
}

/** A line that has to be brought up first takes its time: it is told of before the others are full. */
function strain(decision: Decision, strainedTier: number | undefined): Decision {
	return strainedTier === undefined ? decision : { ...decision, strainedTier };
}

/** Of all lines of a tier together. */
function useOf(members: readonly Candidate[]): number {
	const capacity = members.reduce((sum, { capacityBitsPerSecond }) => sum + capacityBitsPerSecond, 0);
	if (capacity === 0) return 0;
	return (
		members.reduce(
			(sum, { utilisation, capacityBitsPerSecond }) => sum + (utilisation ?? 0) * capacityBitsPerSecond,
			0,
		) / capacity
	);
}

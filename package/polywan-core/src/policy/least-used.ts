import type { Candidate, Decision } from "./candidate.ts";
import { renderUtilisation } from "./candidate.ts";

/** Uplinks that are used by at most this much more than the least used one take connections with it … */
const NEAR = 0.05;
/** … and those that do already go on until they are used by this much more. */
const FAR = 0.15;

/** A weight is whole megabits, so that nobody has none. */
const WEIGHT_BITS = 1_000_000;
const MOST_WEIGHT = 100_000;

/**
 * The uplink with the lowest load ÷ capacity takes new connections, and those that are about as free with it, each in
 * proportion to its capacity: were it one alone, everybody would run to it at once.
 */
export function decideByUse(candidates: readonly Candidate[], previous: Decision | null): Decision {
	const lowest = Math.min(...candidates.map(useOf));
	const before = new Set(previous?.members.map(({ name }) => name) ?? []);
	const taken = candidates.filter(
		(candidate) => useOf(candidate) <= lowest + (before.has(candidate.name) ? FAR : NEAR),
	);
	return {
		members: taken.map(({ name, capacityBitsPerSecond, weight }) => ({
			name,
			weight: weightOf(capacityBitsPerSecond, weight),
		})),
		first: null,
		reason: `use of the lines: ${candidates.map(({ name, utilisation }) => `${name} ${renderUtilisation(utilisation)}`).join(", ")}`,
	};
}

function useOf({ utilisation }: Candidate): number {
	return utilisation ?? 0;
}

function weightOf(bitsPerSecond: number, weight: number): number {
	if (bitsPerSecond === 0) return weight;
	return Math.min(MOST_WEIGHT, Math.max(1, Math.round(bitsPerSecond / WEIGHT_BITS)));
}

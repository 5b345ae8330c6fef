import type { Candidate, Decision } from "./candidate.ts";

/** Fewest connections that are looked ahead … */
const LEAST_AHEAD = 2;
/** … and most: as many as a table of shares has places. */
const MOST_AHEAD = 16;

/** While connections come faster than this from look to look … */
const BUSY_ARRIVALS = 0.5;
/** … nothing is done about an uplink that is this near to its part: it would be undone at the next look. */
const NEAR = 1.5;

/**
 * As many of the next connections as may come before the next look go, one after the other, where connections ÷ weight is
 * lowest. `arrivals`: how many come between two looks, on average.
 */
export function decideByConnections(candidates: readonly Candidate[], arrivals: number): Decision {
	if (arrivals >= BUSY_ARRIVALS && areEven(candidates))
		return { members: candidates.map(({ name, weight }) => ({ name, weight })), first: null, reason: "" };
	const ahead = lookAhead(arrivals);
	const counts = candidates.map(() => 0);
	let first: string | null = null;
	for (let turn = 0; turn < ahead; turn++) {
		const next = findLowest(candidates, counts);
		counts[next] = (counts[next] ?? 0) + 1;
		first ??= candidates[next]?.name ?? null;
	}
	const members = candidates.flatMap(({ name }, index) => {
		const weight = counts[index] ?? 0;
		return weight === 0 ? [] : [{ name, weight }];
	});
	// This is decided many times a second: words for it are made when somebody asks.
	return { members, first, reason: "" };
}

/** "live connections: wan 12, wanb 13" */
export function renderConnections(candidates: readonly Candidate[]): string {
	return `live connections: ${candidates.map(({ name, connections }) => `${name} ${connections}`).join(", ")}`;
}

/** A power of two, so that it divides a table of shares. */
function lookAhead(arrivals: number): number {
	let ahead = LEAST_AHEAD;
	while (ahead < MOST_AHEAD && ahead < arrivals) ahead *= 2;
	return ahead;
}

/** Whether each has nearly as many as its weight gives it of all. */
function areEven(candidates: readonly Candidate[]): boolean {
	let all = 0;
	let weights = 0;
	for (const { connections, weight } of candidates) {
		all += connections;
		weights += weight;
	}
	return candidates.every(
		({ connections, weight }) => Math.abs(connections - (all * weight) / weights) <= NEAR,
	);
}

/** Of equally loaded ones the heaviest, then the first. */
function findLowest(candidates: readonly Candidate[], counts: readonly number[]): number {
	let lowest = 0;
	let lowestLoad = Number.POSITIVE_INFINITY;
	let lowestWeight = 0;
	for (let index = 0; index < candidates.length; index++) {
		const candidate = candidates[index];
		if (candidate === undefined) continue;
		const load = (candidate.connections + (counts[index] ?? 0)) / candidate.weight;
		if (load > lowestLoad || (load === lowestLoad && candidate.weight <= lowestWeight)) continue;
		lowest = index;
		lowestLoad = load;
		lowestWeight = candidate.weight;
	}
	return lowest;
}

/** A member of a policy that takes new connections, with what is measured of its uplink. */
export interface Candidate {
	readonly name: string;
	readonly tier: number;
	readonly weight: number;
	/** Smoothed round trip in ms; null before the first answer. */
	readonly rttMs: number | null;
	/** 0–100. */
	readonly lossPercent: number;
	/** Load ÷ capacity of the direction that is fuller, 1 for full; null where no capacity is known. */
	readonly utilisation: number | null;
	/** Both directions together; 0: unknown. */
	readonly capacityBitsPerSecond: number;
	/** Live connections over the uplink, of both families. */
	readonly connections: number;
}

/** Who takes new connections now, and why. */
export interface Decision {
	/** In proportion to the weights, positive whole numbers; empty only where there is no candidate. */
	readonly members: readonly { readonly name: string; readonly weight: number }[];
	/** Who is to take the very next connection where the choice is finer than the proportions; null: no matter. */
	readonly first: string | null;
	/** In words a user understands. */
	readonly reason: string;
	/** Of mode overflow: this tier and those before it are full, or soon will be; absent: the first has room. */
	readonly strainedTier?: number;
}

/** All candidates by their weights. */
export function shareByWeight(candidates: readonly Candidate[], reason: string): Decision {
	return { members: candidates.map(({ name, weight }) => ({ name, weight })), first: null, reason };
}

/** Whether two decisions lead to the same shares. */
export function isSameDecision(one: Decision, other: Decision): boolean {
	return (
		one.first === other.first &&
		one.members.length === other.members.length &&
		one.members.every(
			({ name, weight }, index) =>
				name === other.members[index]?.name && weight === other.members[index]?.weight,
		)
	);
}

/** "48 ms", "0.4 ms" */
export function renderRtt(rttMs: number | null): string {
	if (rttMs === null) return "no answer yet";
	return `${rttMs < 10 ? Math.round(rttMs * 10) / 10 : Math.round(rttMs)} ms`;
}

/** "85 %" */
export function renderUtilisation(utilisation: number | null): string {
	return utilisation === null ? "capacity unknown" : `${Math.round(utilisation * 100)} %`;
}

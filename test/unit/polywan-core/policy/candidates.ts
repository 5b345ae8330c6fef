import type { Candidate } from "polywan-core/policy/candidate";

/** An idle uplink of weight 1 with a round trip of 20 ms and 100 Mbit/s. */
export function candidate(name: string, facts: Partial<Candidate> = {}): Candidate {
	return {
		name,
		tier: 1,
		weight: 1,
		rttMs: 20,
		lossPercent: 0,
		utilisation: 0,
		capacityBitsPerSecond: 100_000_000,
		connections: 0,
		...facts,
	};
}

/** Its part of the shares, 0–1. */
export function partOf(
	name: string,
	members: readonly { readonly name: string; readonly weight: number }[],
): number {
	const sum = members.reduce((total, { weight }) => total + weight, 0);
	return (members.find((member) => member.name === name)?.weight ?? 0) / sum;
}

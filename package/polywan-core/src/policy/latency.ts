import type { Candidate, Decision } from "./candidate.ts";
import { renderRtt, shareByWeight } from "./candidate.ts";

/** Another uplink is taken only when its round trip is shorter by this part of the present one … */
const BETTER_FRACTION = 0.2;
/** … and by this much: below it nobody feels a difference. */
const BETTER_MS = 2;

/** The uplink with the shortest round trip takes all new connections; the present one stays while it is nearly as good. */
export function decideByLatency(candidates: readonly Candidate[], previous: Decision | null): Decision {
	const measured = candidates.flatMap(({ name, rttMs }) => (rttMs === null ? [] : [{ name, rttMs }]));
	const best = measured.reduce<{ name: string; rttMs: number } | null>(
		(found, next) => (found === null || next.rttMs < found.rttMs ? next : found),
		null,
	);
	if (best === null) return shareByWeight(candidates, "no round trip is measured yet; shared by weight");
	const holder = previous?.members.length === 1 ? previous.members[0]?.name : undefined;
	const current = measured.find(({ name }) => name === holder);
	const stays = current !== undefined && !isClearlyBetter(best.rttMs, current.rttMs);
	const taken = stays ? current : best;
	const times = candidates.map(({ name, rttMs }) => `${name} ${renderRtt(rttMs)}`).join(", ");
	return {
		members: [{ name: taken.name, weight: 1 }],
		first: null,
		reason: stays && taken !== best ? `${times}: not enough to change` : `shortest round trip: ${times}`,
	};
}

function isClearlyBetter(rttMs: number, presentMs: number): boolean {
	return rttMs < presentMs * (1 - BETTER_FRACTION) && rttMs < presentMs - BETTER_MS;
}

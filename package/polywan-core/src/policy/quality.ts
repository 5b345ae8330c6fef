import type { Candidate, Decision } from "./candidate.ts";
import { renderRtt, renderUtilisation, shareByWeight } from "./candidate.ts";

/** Shares are given in thousandths. */
const UNITS = 1000;
/** A share that would be less is none: the uplink is out of the question. */
const LEAST_SHARE = 0.01;
/** Shares stay while none of them would change by more. */
const NOTICED = 0.04;
/** A full line is not useless: somebody may just end. */
const MOST_UTILISATION = 0.98;
const LEAST_RTT_MS = 1;
/** Of an uplink that has not answered yet, when no other has either. */
const USUAL_RTT_MS = 50;

/** score = weight × 100 / latency × (1 − loss) × (1 − utilisation); each uplink's share is its part of the sum. */
export function decideByQuality(candidates: readonly Candidate[], previous: Decision | null): Decision {
	const known = candidates.flatMap(({ rttMs }) => (rttMs === null ? [] : [rttMs]));
	const unknownMs = known.length === 0 ? USUAL_RTT_MS : Math.max(...known);
	const scores = candidates.map((candidate) => scoreOf(candidate, unknownMs));
	const sum = scores.reduce((total, score) => total + score, 0);
	if (!(sum > 0)) return shareByWeight(candidates, "every uplink loses everything; shared by weight");
	const shares = candidates.map(({ name }, index) => ({ name, share: (scores[index] ?? 0) / sum }));
	const kept = shares.filter(({ share }) => share >= LEAST_SHARE);
	const members = kept.map(({ name, share }) => ({ name, weight: Math.round(share * UNITS) }));
	const reason = candidates
		.map(
			(candidate, index) =>
				`${candidate.name} scores ${renderScore(scores[index] ?? 0)} (${renderFacts(candidate)})`,
		)
		.join(", ");
	if (previous !== null && !differ(previous, members)) return { ...previous, reason };
	return { members, first: null, reason };
}

/** `unknownMs`: what counts as the round trip of one that has not been measured. */
export function scoreOf(candidate: Candidate, unknownMs: number): number {
	const { weight, rttMs, lossPercent, utilisation } = candidate;
	const used = Math.min(Math.max(utilisation ?? 0, 0), MOST_UTILISATION);
	const delivered = Math.max(0, 1 - lossPercent / 100);
	return ((weight * 100) / Math.max(rttMs ?? unknownMs, LEAST_RTT_MS)) * delivered * (1 - used);
}

function differ(previous: Decision, members: Decision["members"]): boolean {
	const old = fractions(previous.members);
	const now = fractions(members);
	const names = new Set([...old.keys(), ...now.keys()]);
	return [...names].some((name) => Math.abs((old.get(name) ?? 0) - (now.get(name) ?? 0)) > NOTICED);
}

function fractions(members: Decision["members"]): ReadonlyMap<string, number> {
	const sum = members.reduce((total, { weight }) => total + weight, 0);
	return new Map(members.map(({ name, weight }) => [name, weight / sum]));
}

function renderScore(score: number): string {
	return score >= 100 ? String(Math.round(score)) : score.toPrecision(2);
}

function renderFacts({ rttMs, lossPercent, utilisation }: Candidate): string {
	const used = utilisation === null ? "" : `, ${renderUtilisation(utilisation)} used`;
	return `${renderRtt(rttMs)}, ${Math.round(lossPercent)} % loss${used}`;
}

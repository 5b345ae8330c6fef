import type { Candidate, Decision } from "./candidate.ts";
import { isSameDecision } from "./candidate.ts";
import { decideByLatency } from "./latency.ts";
import { decideByConnections } from "./least-connections.ts";
import { decideByUse } from "./least-used.ts";
import type { MeasuredMode } from "./mode.ts";
import { decideByOverflow } from "./overflow.ts";
import { decideByQuality } from "./quality.ts";

/** Everything one decision is made from. */
export interface BalanceInput {
	readonly mode: MeasuredMode;
	/** Members that take new connections; never empty. */
	readonly candidates: readonly Candidate[];
	/** Option overflow_at. */
	readonly overflowPercent: number;
	/** New connections between two changes of shares, on average. */
	readonly arrivals: number;
	readonly nowMs: number;
}

/** A decision in force. */
export interface Balance extends Decision {
	/** Since when. */
	readonly sinceMs: number;
	/** Names of those it was chosen from: others make it void at once. */
	readonly among: string;
	/** Shares do not change again before, unless an uplink comes or goes. */
	readonly untilMs: number;
}

/** Shares stay at least so long: what is measured needs time to show what a change did. */
const HOLD_MS: Readonly<Record<MeasuredMode, number>> = {
	least_connections: 15,
	least_used: 500,
	latency: 2000,
	quality: 1000,
	overflow: 1000,
};

/** The decision for now: `previous` itself, perhaps with another reason, where nothing is to change. Pure. */
export function balance(input: BalanceInput, previous: Balance | null): Balance {
	const { mode, candidates, nowMs } = input;
	const among = candidates.map(({ name }) => name).join(" ");
	const valid = previous?.among === among ? previous : null;
	if (valid !== null && nowMs < valid.untilMs) return valid;
	const decision = decide(input, previous);
	if (valid !== null && isSameDecision(valid, decision))
		return valid.reason === decision.reason && valid.strainedTier === decision.strainedTier
			? valid
			: { ...decision, among, sinceMs: valid.sinceMs, untilMs: valid.untilMs };
	return { ...decision, among, sinceMs: nowMs, untilMs: nowMs + HOLD_MS[mode] };
}

function decide(
	{ mode, candidates, overflowPercent, arrivals }: BalanceInput,
	previous: Decision | null,
): Decision {
	switch (mode) {
		case "least_connections":
			return decideByConnections(candidates, arrivals);
		case "least_used":
			return decideByUse(candidates, previous);
		case "latency":
			return decideByLatency(candidates, previous);
		case "quality":
			return decideByQuality(candidates, previous);
		case "overflow":
			return decideByOverflow(candidates, previous, overflowPercent);
	}
}

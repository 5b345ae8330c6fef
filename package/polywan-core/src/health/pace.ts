import type { Probing, ProbingPace } from "../config/model.ts";

/** How often an uplink and family is looked at, in ms. */
export interface Pace {
	/** Between probes while the uplink answers. */
	readonly steadyMs: number;
	/** Between probes while it is down; targets alternate. */
	readonly downMs: number;
	/** Between probes while it is recovering. */
	readonly recoveringMs: number;
	/** Between readings of the device's counters while nothing flows; no shorter than the probes, so that an idle uplink costs one wake-up for both. */
	readonly idlePollMs: number;
}

// One probe of 28 + 8 bytes (IPv6: 48 + 8) every 700 ms is 52 (80) bytes/s, so that even ping's customary 56 bytes of payload
// stay below 200 bytes/s, and a fault without traffic is found after 700 ms and two time-outs at the latest.
const STEADY_MS: Readonly<Record<ProbingPace, number>> = { frugal: 7000, normal: 700, eager: 300 };

const DOWN_LONGEST_MS: Readonly<Record<ProbingPace, number>> = { frugal: 3000, normal: 700, eager: 500 };

const RECOVERING_LONGEST_MS = 500;
const IDLE_POLL_LONGEST_MS = 700;
const FAST_IDLE_POLL_MS = 2000;

export function paceOf(probing: Probing): Pace {
	const steadyMs = probing.intervalMs ?? STEADY_MS[probing.pace];
	return {
		steadyMs,
		downMs: Math.min(steadyMs, DOWN_LONGEST_MS[probing.pace]),
		recoveringMs: Math.max(100, Math.min(steadyMs, RECOVERING_LONGEST_MS, probing.recoveryMs / 4)),
		// Probes that come faster than an eager uplink's find out by themselves.
		idlePollMs: steadyMs < STEADY_MS.eager ? FAST_IDLE_POLL_MS : Math.min(steadyMs, IDLE_POLL_LONGEST_MS),
	};
}

const SHORTEST_MS = 100;
/** As long as this without a loss makes the interval longer by its own length. */
const CALM_MS = 60_000;
const LONGEST_FACTOR = 4;

/** The interval of an uplink that lost nothing for `calmMs`: half after a loss, up to four times as long. */
export function adaptInterval(steadyMs: number, calmMs: number): number {
	if (calmMs < steadyMs * 10) return Math.min(steadyMs, Math.max(SHORTEST_MS, steadyMs / 2));
	return steadyMs * Math.min(LONGEST_FACTOR, Math.max(1, calmMs / CALM_MS));
}

/**
 * down: not usable. starting: link is up and used at once, not yet confirmed by a probe. up: confirmed.
 * degraded: answers, but beyond its loss or latency thresholds. recovering: answers again after down, not used yet.
 */
export type UplinkState = "down" | "starting" | "up" | "degraded" | "recovering";

/** Whether an uplink in this state takes new connections. */
export function isEligible(state: UplinkState, useDegraded: boolean): boolean {
	return state === "up" || state === "starting" || (state === "degraded" && useDegraded);
}

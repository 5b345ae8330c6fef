import { PORTAL_ANSWERS } from "./portal.ts";
import type { TrafficSight } from "./traffic.ts";

/** Chance that a healthy uplink with the measured loss answers none of a burst. */
const FALSE_ALARM = 1e-7;
const SHORTEST = 6;
const LONGEST = 40;
/** Between two rounds. A round asks two targets, so six probes leave within 10 ms. */
const ROUND_MS = 5;
/** While an uplink is starting there is no hurry, but address and neighbour resolution may take their time. */
const STARTING_ROUND_MS = 250;
/**
 * How long a burst runs that is in no hurry: without traffic nobody suffers, and short stalls (radio handover, scheduling) must not
 * count. Also when only a few packets come in: ARP, broadcasts, router advertisements.
 */
const UNHURRIED_MS = 400;
const EXTRA_ROUND_MS = 50;

/** Probes so that p^n ≤ 1e-7 at a share `loss` lost. */
export function burstLength(loss: number): number {
	const needed = Math.ceil(Math.log(FALSE_ALARM) / Math.log(Math.min(0.99, Math.max(1e-6, loss))));
	return Math.min(LONGEST, Math.max(SHORTEST, needed));
}

/** Many probes at once to find out whether the uplink is alive: the first answer says yes, none says no. */
export class Burst {
	readonly startedAtMs: number;
	/** What made it start, for the event's reason. */
	readonly cause: string;
	/** Evidence that is to count for less when the uplink turns out to be alive; null: a missed probe. */
	readonly evidence: string | null;
	remaining: number;
	/** Its regular probes are through. What is lost after that is one stall, not so many losses. */
	extended = false;
	nextRoundAtMs: number;
	sent = 0;
	/** Reason of the last ICMP error or failed send. */
	failure: string | null = null;
	#portalAnswers = 0;
	#portal: { readonly target: string; readonly reason: string } | null = null;
	readonly #roundMs: number;
	readonly #answered = new Set<number>();

	constructor(cause: string, evidence: string | null, length: number, starting: boolean, nowMs: number) {
		this.startedAtMs = nowMs;
		this.cause = cause;
		this.evidence = evidence;
		this.remaining = length;
		this.nextRoundAtMs = nowMs;
		this.#roundMs = starting ? STARTING_ROUND_MS : ROUND_MS;
	}

	/** How many different targets have answered, with this one. */
	answered(slot: number): number {
		return this.#answered.add(slot).size;
	}

	/** A captive portal seems to have answered for this target. */
	portalAnswered(target: string, reason: string): void {
		this.#portalAnswers++;
		this.#portal = { target, reason };
	}

	/** What answered for the targets; null: nothing, or not often enough to be believed. */
	get portal(): { readonly target: string; readonly reason: string } | null {
		return this.#portalAnswers < PORTAL_ANSWERS ? null : this.#portal;
	}

	get answers(): number {
		return this.#answered.size;
	}

	/** Nobody can be asked right now. */
	hold(nowMs: number): void {
		this.nextRoundAtMs = nowMs + EXTRA_ROUND_MS;
	}

	isRoundDue(nowMs: number): boolean {
		return this.remaining > 0 && nowMs >= this.nextRoundAtMs;
	}

	roundSent(probes: number, nowMs: number): void {
		this.sent += probes;
		this.remaining -= Math.min(this.remaining, probes);
		this.nextRoundAtMs = nowMs + this.#roundMs;
	}

	/**
	 * Nobody answered in time. When the device gives reason to wait, one more round instead of a verdict: packets come in as
	 * before (a queue has grown), a few come in, or there is no traffic at all that would suffer. False: it has failed.
	 */
	extend(sight: TrafficSight, capMs: number, nowMs: number): boolean {
		const ranMs = nowMs - this.startedAtMs;
		if (ranMs >= this.#longestMs(sight, capMs)) return false;
		this.extended = true;
		this.remaining = 2;
		// Errors and refusals come back at once: do not ask again at once.
		this.nextRoundAtMs = nowMs + (this.failure === null ? 0 : EXTRA_ROUND_MS);
		return true;
	}

	#longestMs(sight: TrafficSight, capMs: number): number {
		if (sight === "flowing") return 2 * capMs;
		if (sight === "weak") return UNHURRIED_MS;
		return sight === "quiet" && this.evidence === null ? UNHURRIED_MS : 0;
	}
}

import type { Probing } from "../config/model.ts";
import { adaptInterval, type Pace, paceOf } from "./pace.ts";
import type { StateTrack } from "./state-track.ts";

const LOOK_SOON_MS = 200;
const NEVER = Number.POSITIVE_INFINITY;

/** When the next ordinary probe of an uplink is due, and the next look at its counters. Monotonic times in ms, infinite for never. */
export class ProbeSchedule {
	#pace: Pace;
	#isAdaptive: boolean;
	#probeAtMs = NEVER;
	#pollAtMs = NEVER;
	/** When something was last lost. */
	#doubtedAtMs = Number.NEGATIVE_INFINITY;

	constructor(probing: Probing) {
		this.#pace = paceOf(probing);
		this.#isAdaptive = probing.isAdaptive;
	}

	get probeAtMs(): number {
		return this.#probeAtMs;
	}

	get pollAtMs(): number {
		return this.#pollAtMs;
	}

	get idlePollMs(): number {
		return this.#pace.idlePollMs;
	}

	configure(probing: Probing): void {
		this.#pace = paceOf(probing);
		this.#isAdaptive = probing.isAdaptive;
	}

	/** Something was lost just now. */
	doubted(nowMs: number): void {
		this.#doubtedAtMs = nowMs;
	}

	/** The next probe comes after the interval of the state. */
	probed({ state, sinceMs }: StateTrack, hasLosses: boolean, nowMs: number): void {
		const { downMs, recoveringMs } = this.#pace;
		const steadyMs = this.#isAdaptive ? this.#adaptedMs(sinceMs, hasLosses, nowMs) : this.#pace.steadyMs;
		this.#probeAtMs = nowMs + (state === "down" ? downMs : state === "recovering" ? recoveringMs : steadyMs);
	}

	/** Nobody can be asked before. */
	probeAt(atMs: number): void {
		this.#probeAtMs = atMs;
	}

	/** Not later than an interval from now. */
	hasten(interval: "steadyMs" | "recoveringMs", nowMs: number): void {
		this.#probeAtMs = Math.min(this.#probeAtMs, nowMs + this.#pace[interval]);
	}

	/** At once, but not on the heels of the last one. */
	lookSoon(sentAtMs: number, nowMs: number): void {
		const earliestMs = sentAtMs + Math.min(LOOK_SOON_MS, this.#pace.steadyMs);
		this.#probeAtMs = Math.min(this.#probeAtMs, Math.max(nowMs, earliestMs));
	}

	pollAt(atMs: number): void {
		this.#pollAtMs = atMs;
	}

	/** While nothing flows the counters are read when a probe is due anyway: one wake-up less. */
	pollWithProbe(nowMs: number): void {
		const { idlePollMs } = this.#pace;
		const probeInMs = this.#probeAtMs - nowMs;
		if (probeInMs >= idlePollMs / 2 && probeInMs <= idlePollMs * 1.5) this.#pollAtMs = this.#probeAtMs;
	}

	stopPolling(): void {
		this.#pollAtMs = NEVER;
	}

	stop(): void {
		this.#probeAtMs = NEVER;
		this.#pollAtMs = NEVER;
	}

	#adaptedMs(sinceMs: number, hasLosses: boolean, nowMs: number): number {
		if (hasLosses) this.#doubtedAtMs = nowMs;
		return adaptInterval(this.#pace.steadyMs, nowMs - Math.max(this.#doubtedAtMs, sinceMs));
	}
}

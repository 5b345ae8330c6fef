/** Less is the clock being slewed: what was told once stays the same to the millisecond. */
const STEP_MS = 1000;

/** Dates what happened by the clock as it is now: a router boots in 1970 and learns the time when its uplinks are up already. */
export class WallClock {
	readonly #wallMs: () => number;
	readonly #monotonicMs: () => number;
	#bootMs = Number.NEGATIVE_INFINITY;

	/** Both in ms: of CLOCK_REALTIME since 1970, of CLOCK_MONOTONIC. */
	constructor(wallMs: () => number, monotonicMs: () => number) {
		this.#wallMs = wallMs;
		this.#monotonicMs = monotonicMs;
	}

	/** The time, ms since 1970, of a monotonic one. */
	timeOf(monotonicMs: number): number {
		const bootMs = this.#wallMs() - this.#monotonicMs();
		if (Math.abs(bootMs - this.#bootMs) >= STEP_MS) this.#bootMs = bootMs;
		return Math.round(this.#bootMs + monotonicMs);
	}
}

/**
 * Round-trip times of one uplink over several targets. Every target has its own base (the path's own delay); what comes on top
 * (queues, radio, CPU) is shared by all of them, so each answer teaches the time-outs of every target.
 */
export class RttEstimator {
	/** Smoothed excess over the target's base and its mean deviation: SRTT and RTTVAR of RFC 6298, section 2. */
	#excessMs = 0;
	#deviationMs = 0;
	#samples = 0;
	/** Extra patience learnt from uplinks given up although their answers were on the way. */
	#patienceMs = 0;
	#patienceAtMs = 0;

	/** Mean deviation of the round-trip time. */
	get jitterMs(): number | null {
		return this.#samples === 0 ? null : this.#deviationMs;
	}

	sample(path: PathRtt, rttMs: number): void {
		path.sample(rttMs);
		const excess = Math.max(0, rttMs - (path.baseMs ?? rttMs));
		if (this.#samples === 0) {
			this.#excessMs = excess;
			// RFC 6298 (2.2): half the first sample.
			this.#deviationMs = rttMs / 2;
		} else {
			this.#deviationMs += (Math.abs(excess - this.#excessMs) - this.#deviationMs) / 4;
			this.#excessMs += (excess - this.#excessMs) / 8;
		}
		this.#samples++;
	}

	/** How long to wait for an answer; null while nothing has been measured on this path. */
	timeoutMs(path: PathRtt): number | null {
		if (path.baseMs === null) return null;
		return path.baseMs + this.#excessMs + Math.max(GRANULARITY_MS, 4 * this.#deviationMs);
	}

	/**
	 * An answer came `lateMs` after its probe had been given up: let bursts wait longer for a while. How much an answer that was
	 * merely late can teach is limited; one that proves the uplink was taken down wrongly teaches all of it.
	 */
	learnPatience(lateMs: number, wronglyDown: boolean, nowMs: number): void {
		const lesson = wronglyDown ? 1.5 * lateMs : Math.min(lateMs, LATE_LESSON_MS);
		this.#patienceMs = Math.max(this.patienceMs(nowMs), lesson);
		this.#patienceAtMs = nowMs;
	}

	patienceMs(nowMs: number): number {
		if (this.#patienceMs === 0) return 0;
		const left = this.#patienceMs * 0.5 ** ((nowMs - this.#patienceAtMs) / PATIENCE_HALF_LIFE_MS);
		return left < 1 ? 0 : left;
	}

	reset(): void {
		this.#excessMs = 0;
		this.#deviationMs = 0;
		this.#samples = 0;
	}
}

/** RFC 6298's clock granularity G: what scheduling on a small router adds even to a perfectly steady path. */
const GRANULARITY_MS = 20;
const PATIENCE_HALF_LIFE_MS = 180_000;
const LATE_LESSON_MS = 250;

/** The path to one target. */
export class PathRtt {
	/** Lowest seen, creeping up so that a longer route is accepted in time; null before the first answer. */
	baseMs: number | null = null;
	/** Smoothed, for showing. */
	smoothedMs: number | null = null;

	reset(): void {
		this.baseMs = null;
		this.smoothedMs = null;
	}

	sample(rttMs: number): void {
		if (this.baseMs === null || this.smoothedMs === null) {
			this.baseMs = rttMs;
			this.smoothedMs = rttMs;
			return;
		}
		this.baseMs = rttMs < this.baseMs ? rttMs : this.baseMs + (rttMs - this.baseMs) / 256;
		this.smoothedMs += (rttMs - this.smoothedMs) / 8;
	}
}

/** How long a failed uplink must answer before it is used again: longer when it keeps failing right after it came back. */
export class RecoveryDamping {
	#factor = 1;
	#recoveredAtMs = Number.NEGATIVE_INFINITY;

	recoveryMs(baseMs: number): number {
		return Math.min(Math.max(baseMs, LONGEST_MS), baseMs * this.#factor);
	}

	recovered(nowMs: number): void {
		this.#recoveredAtMs = nowMs;
	}

	/** A used uplink failed. Soon after it had come back: twice the wait next time; else half of it. */
	failed(baseMs: number, nowMs: number): void {
		const lastedMs = nowMs - this.#recoveredAtMs;
		const soonMs = Math.max(SOON_MS, 3 * (this.recoveryMs(baseMs) - baseMs));
		this.#factor = lastedMs < soonMs ? Math.min(64, this.#factor * 2) : Math.max(1, this.#factor / 2);
	}
}

const SOON_MS = 10_000;
const LONGEST_MS = 60_000;

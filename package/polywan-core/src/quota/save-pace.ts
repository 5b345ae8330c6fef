/** When something is written again that must not be written often. Times in ms of a clock that never jumps. */
export class SavePace {
	readonly #everyMs: number;
	#savedAtMs: number;

	/** `ageMs`: how long ago it was written last, by an earlier program maybe; Infinity for never. */
	constructor(everyMs: number, ageMs: number, nowMs: number) {
		this.#everyMs = everyMs;
		// What was written in the future was written by a clock that was wrong.
		this.#savedAtMs = nowMs - Math.max(0, ageMs);
	}

	/** Whether it is time; then the next time is later. */
	take(nowMs: number): boolean {
		if (nowMs - this.#savedAtMs < this.#everyMs) return false;
		this.#savedAtMs = nowMs;
		return true;
	}

	/** It is time now. */
	hurry(): void {
		this.#savedAtMs = Number.NEGATIVE_INFINITY;
	}
}

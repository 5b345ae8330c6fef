/** Longest a `wait` is held: below uhttpd's 60 s, so that the answer arrives before it gives up. */
export const HOLD_MS = 45_000;
/** More than that many at once are answered at once: somebody polls wrongly. */
const MOST_WAITERS = 64;

/** Callers of `wait`: each is answered at the next change, or after HOLD_MS. */
export class Waiters {
	readonly #waiting = new Set<() => void>();

	/** Ends when something changes or the time is over. */
	wait(): Promise<void> {
		if (this.#waiting.size >= MOST_WAITERS) return Promise.resolve();
		return new Promise((resolve) => {
			const answer = () => {
				clearTimeout(deadline);
				this.#waiting.delete(answer);
				resolve();
			};
			const deadline = setTimeout(answer, HOLD_MS);
			this.#waiting.add(answer);
		});
	}

	answerAll(): void {
		for (const answer of [...this.#waiting]) answer();
	}
}

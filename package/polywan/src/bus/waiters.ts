/** Longest a `wait` is held: below uhttpd's 60 s, so that the answer arrives before it gives up. */
export const HOLD_MS = 45_000;
/** More than that many at once are answered at once: somebody polls wrongly. */
const MOST_WAITERS = 64;

interface Waiter {
	readonly answer: () => void;
	readonly isReady: () => boolean;
}

/** Callers of `wait`: each is answered at the next change, or after HOLD_MS. */
export class Waiters {
	readonly #waiting = new Set<Waiter>();

	/** Ends when something changes, when `isReady` says so to answerReady(), or when the time is over. */
	wait(holdMs = HOLD_MS, isReady: () => boolean = () => false): Promise<void> {
		if (this.#waiting.size >= MOST_WAITERS) return Promise.resolve();
		return new Promise((resolve) => {
			const answer = () => {
				clearTimeout(deadline);
				this.#waiting.delete(waiter);
				resolve();
			};
			const deadline = setTimeout(answer, Math.min(holdMs, HOLD_MS));
			const waiter = { answer, isReady };
			this.#waiting.add(waiter);
		});
	}

	answerAll(): void {
		for (const { answer } of [...this.#waiting]) answer();
	}

	answerReady(): void {
		for (const { answer, isReady } of [...this.#waiting]) if (isReady()) answer();
	}
}

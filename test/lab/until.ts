import { setTimeout as pause } from "node:timers/promises";

export interface UntilOptions {
	/** Default 30 000: what takes milliseconds takes seconds where the machine has many times more to do than it can. */
	timeoutMs?: number;
	/** Pause between two looks; default 10. */
	intervalMs?: number;
}

/** What `if (value)` leaves of a type. */
export type Truthy<T> = Exclude<T, false | null | undefined | 0 | "">;

/**
 * Waits until `condition` gives something truthy and returns that. An exception counts as "not yet" and is shown
 * when the time is over.
 *
 * @param description what is waited for, as in "wan is down"
 */
export async function until<T>(
	description: string,
	condition: () => T | Promise<T>,
	options: UntilOptions = {},
): Promise<Truthy<T>> {
	const { timeoutMs = 30_000, intervalMs = 10 } = options;
	const deadlineMs = performance.now() + timeoutMs;
	for (;;) {
		let last: unknown;
		try {
			const value = await condition();
			if (value) return value as Truthy<T>;
			last = value;
		} catch (error) {
			last = error;
		}
		if (performance.now() >= deadlineMs) throw timeOut(description, timeoutMs, last);
		await pause(intervalMs);
	}
}

function timeOut(description: string, timeoutMs: number, last: unknown): Error {
	const seen = last instanceof Error ? last.message : JSON.stringify(last);
	return new Error(`not within ${timeoutMs} ms: ${description} (last seen: ${seen})`);
}

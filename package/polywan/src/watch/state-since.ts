import type { UplinkState } from "polywan-core/health/state";

interface Turn {
	readonly state: UplinkState;
	readonly sinceMs: number;
}

/**
 * Since when the state that counts is as it is. That of the probes says when it came; but where a wish, a quota or a schedule
 * overrules it, and where that ends, another one counts from then on.
 */
export class StateSince {
	readonly #turns = new Map<string, Turn>();

	/** At each decision, for each `key`: the probes' state, since when, and the state that counts. Times by one clock. */
	note(key: string, probed: UplinkState, probedSinceMs: number, effective: UplinkState, nowMs: number): void {
		const turn = this.#turns.get(key);
		if (effective !== (turn?.state ?? probed)) this.#turns.set(key, { state: effective, sinceMs: nowMs });
		else if (turn !== undefined && effective === probed && probedSinceMs > turn.sinceMs)
			this.#turns.delete(key);
	}

	/** `probedSinceMs` where nothing overrules the probes, or did since. */
	sinceMs(key: string, effective: UplinkState, probedSinceMs: number): number {
		const turn = this.#turns.get(key);
		return turn?.state === effective ? turn.sinceMs : probedSinceMs;
	}
}

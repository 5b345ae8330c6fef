/** Which kinds of passive evidence have cried wolf, and for how long they are not believed. */
export class EvidenceBackoff {
	readonly #kinds = new Map<string, { muteMs: number; untilMs: number }>();

	isBelieved(kind: string, nowMs: number): boolean {
		const entry = this.#kinds.get(kind);
		return entry === undefined || nowMs >= entry.untilMs;
	}

	/** A burst this evidence started found the uplink alive. Doubles the silence; half of it is forgiven every 30 s. */
	wasWrong(kind: string, nowMs: number): void {
		const entry = this.#kinds.get(kind);
		const forgiven = entry === undefined ? 0 : Math.max(0, nowMs - entry.untilMs) / 30_000;
		const before = entry === undefined ? 0 : entry.muteMs * 0.5 ** forgiven;
		const muteMs = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, before * 2));
		this.#kinds.delete(kind);
		this.#kinds.set(kind, { muteMs, untilMs: nowMs + muteMs });
		for (const oldest of this.#kinds.keys()) {
			if (this.#kinds.size <= KINDS) break;
			this.#kinds.delete(oldest);
		}
	}

	/** It was right after all. */
	wasRight(kind: string): void {
		this.#kinds.delete(kind);
	}
}

const SHORTEST_MS = 500;
const LONGEST_MS = 60_000;
const KINDS = 16;

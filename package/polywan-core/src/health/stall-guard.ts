/** A wake-up later than this means that we were held up, and answers may lie unread in the socket. */
const LATE_MS = 25;
/** Time to read them. */
const GRACE_MS = 8;
/** Not again so soon: on a machine that is always late, time-outs must count all the same. */
const AGAIN_MS = 250;

/** Keeps a machine that stood still from taking its own absence for the silence of the others. */
export class StallGuard {
	/** No time-out counts before this. */
	graceUntilMs = Number.NEGATIVE_INFINITY;

	/** @param wantedAtMs when a wake-up had been asked for */
	observe(wantedAtMs: number, nowMs: number): void {
		if (nowMs - wantedAtMs <= LATE_MS || nowMs - this.graceUntilMs <= AGAIN_MS) return;
		this.graceUntilMs = nowMs + GRACE_MS;
	}
}

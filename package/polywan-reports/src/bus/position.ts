/** How far the daemon's events have been told. */
export interface Position {
	readonly sequence: number;
	/** When that daemon started, by the monotonic clock. */
	readonly startedMs: number;
}

/** A start is known to a second, and as late as the answer that tells it. */
const SAME_START_MS = 20_000;
/** What happened while the router booted is news. */
const BOOT_MS = 300_000;

/**
 * Events after which sequence are news; null: none are.
 *
 * @param before where this program, or the one before it, stopped; null: there was none since the boot
 */
export function newsSince(before: Position | null, now: Position, sinceBootMs: number): number | null {
	if (before === null) return sinceBootMs < BOOT_MS ? -1 : null;
	// A daemon that goes on where another one stopped has that one's number, but a stopped one begins again.
	const isAnother = now.sequence < before.sequence || now.startedMs > before.startedMs + SAME_START_MS;
	if (isAnother) return -1;
	return now.sequence === before.sequence ? null : before.sequence;
}

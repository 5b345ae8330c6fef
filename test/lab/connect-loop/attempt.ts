/** One connection that connect-loop opened. */
export interface Attempt {
	number: number;
	/** CLOCK_MONOTONIC, as process.hrtime() gives it in any process. */
	startMs: number;
	/** Until it was established; null: it never was. */
	tookMs: number | null;
	/** The client's address as the server saw it: tells the uplink. */
	source: string | null;
	/** errno name or "timed out" */
	error: string | null;
}

import type { LogNews } from "polywan-core/tool/log-line";
import { wallMs } from "polywan-runtime/clock";
import type { UbusMethod } from "ubus-js/bus";
import type { BlobTable } from "ubus-js/codec";
import { Waiters } from "../bus/waiters.ts";
import type { Log } from "../log.ts";

/** Lines come in flocks, and the log daemon needs a moment. */
const GATHER_MS = 300;
const MOST_LINES = 500;

/**
 * `log {since, hold, after_ms}` answers LogNews of polywan-core/tool/log-line: at once when `since` is another than what was answered
 * last, else when the daemon wrote something, or after `hold` seconds. `after_ms`: lines from that time on alone.
 */
export function logMethods(log: Log): Record<string, UbusMethod> {
	const waiters = new Waiters();
	// Greater than any of an earlier daemon.
	const start = Math.round(wallMs());
	let telling = false;
	log.onWritten = () => {
		if (telling) return;
		telling = true;
		setTimeout(() => {
			telling = false;
			waiters.answerReady();
		}, GATHER_MS);
	};
	const call = async ({ since, hold, after_ms: after }: BlobTable): Promise<BlobTable> => {
		const isNew = () => Number(since ?? -1) !== start + log.written;
		if (!isNew()) await waiters.wait(Number(hold ?? 0) * 1000, isNew);
		const sequence = start + log.written;
		const { readLog } = await import("./read-log.ts");
		const lines = await readLog();
		const afterMs = Number(after ?? 0);
		const wanted = lines?.filter(({ at_ms: atMs }) => atMs === null || atMs >= afterMs) ?? [];
		const news: LogNews = { sequence, readable: lines !== null, lines: wanted.slice(-MOST_LINES) };
		return { ...news } as unknown as BlobTable;
	};
	return { log: { args: { since: "int64", hold: "int32", after_ms: "int64" }, call } };
}

import type { LogLine, LogNews } from "polywan-core/tool/log-line";
import { useEffect, useRef, useState } from "preact/hooks";
import type { RpcTable } from "ubus-js/browser";
import { usePanel } from "../panel.ts";

/** Below uhttpd's limit of a minute. */
const HOLD_S = 45;
const MOST_LINES = 500;

export interface Log {
	/** Null before the first answer. */
	readonly lines: readonly LogLine[] | null;
	readonly readable: boolean;
}

/** The system log as far as it is polywan's, oldest first; as it comes while it is followed. */
export function useLog(follow: boolean): Log {
	const { session } = usePanel();
	const [log, setLog] = useState<Log>({ lines: null, readable: true });
	const newestMs = useRef(0);
	useEffect(() => {
		if (!follow) return;
		const poll = session.poll(
			"polywan",
			"log",
			(since) => ({ hold: HOLD_S, after_ms: newestMs.current, ...(since !== null && { since }) }),
			{
				holdMs: HOLD_S * 1000,
				sinceOf: (answer) => Number(answer.sequence ?? 0),
				onAnswer: (answer) => {
					const { lines, readable } = answer as unknown as LogNews & RpcTable;
					const afterMs = newestMs.current;
					setLog((before) => ({ lines: joinLines(before.lines ?? [], lines, afterMs), readable }));
					newestMs.current = Math.max(afterMs, ...lines.map(({ at_ms: atMs }) => atMs ?? 0));
				},
			},
		);
		return () => poll.close();
	}, [session, follow]);
	return log;
}

/** `fresh` holds everything from `afterMs` on, and lines without a time altogether. */
export function joinLines(
	before: readonly LogLine[],
	fresh: readonly LogLine[],
	afterMs: number,
): readonly LogLine[] {
	const older = before.filter(({ at_ms: atMs }) => atMs !== null && atMs < afterMs);
	return [...older, ...fresh].slice(-MOST_LINES);
}

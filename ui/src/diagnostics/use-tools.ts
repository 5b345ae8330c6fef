import type { ToolNews, ToolRun } from "polywan-core/tool/news";
import { useEffect, useState } from "preact/hooks";
import type { RpcTable } from "ubus-js/browser";
import { usePanel } from "../panel.ts";

/** Below uhttpd's limit of a minute. */
const HOLD_S = 45;
/** As many as the router keeps. */
const MOST_LINES = 300;

export interface Tools {
	/** Newest first; null before the first answer. */
	readonly runs: readonly ToolRun[] | null;
	/** To install before packets can be captured; empty: it is there. */
	readonly capturePackage: string;
}

/** What was asked of uplinks, by whomever, live. */
export function useTools(): Tools {
	const { session } = usePanel();
	const [tools, setTools] = useState<Tools>({ runs: null, capturePackage: "" });
	useEffect(() => {
		const poll = session.poll(
			"polywan",
			"tools",
			(since) => ({ hold: HOLD_S, ...(since !== null && { since }) }),
			{
				holdMs: HOLD_S * 1000,
				sinceOf: (answer) => Number(answer.sequence ?? 0),
				onAnswer: (answer) => setTools((before) => takeNews(before, answer)),
			},
		);
		return () => poll.close();
	}, [session]);
	return tools;
}

/** New lines come after those that are known. */
function takeNews(before: Tools, answer: RpcTable): Tools {
	const { runs, capture_package: capturePackage } = answer as unknown as ToolNews;
	const known = new Map(before.runs?.map((run) => [run.id, run.lines]));
	const joined = runs.map((run) => ({
		...run,
		lines: [...(known.get(run.id) ?? []), ...run.lines].slice(-MOST_LINES),
	}));
	return { runs: joined.reverse(), capturePackage };
}

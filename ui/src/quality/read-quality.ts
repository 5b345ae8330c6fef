import type { History } from "polywan-core/status";
import { RpcError, type UbusSession } from "ubus-js/browser";
import { parseDaemonHistory, parseReports, type ReportsHistory, type Series } from "./series.ts";
import type { Bounds } from "./span.ts";

type Session = UbusSession<AbortSignal>;

/** What was recorded of every uplink. */
export interface Quality {
	/** "daemon": nothing older than ten minutes is recorded on this router. */
	readonly source: "reports" | "daemon";
	readonly series: ReadonlyMap<string, Series>;
	/** Why older values are missing, in the recorder's words. */
	readonly trouble: string | null;
}

/** As many as an answer has at most. */
const POINTS = 500;
/** The question takes its time: so the ten minutes known by the second still reach back far enough. */
const MARGIN_S = 3;
/** UBUS_STATUS_METHOD_NOT_FOUND: polywan-reports runs, and records nothing. */
const METHOD_NOT_FOUND = 3;

/** Null: polywan-reports is not there, records nothing, or may not be asked. Rejects with RpcError where nobody answers. */
export async function readRecorded(
	session: Session,
	uplinks: readonly string[],
	{ fromS, toS }: Bounds,
): Promise<Quality | null> {
	const args = { from: Math.ceil(fromS) + MARGIN_S, to: Math.ceil(toS), points: POINTS };
	try {
		const answers = await Promise.all(
			uplinks.map(async (uplink) => {
				const answer = await session.call("polywan.reports", "history", { ...args, uplink });
				return [uplink, answer as unknown as ReportsHistory] as const;
			}),
		);
		return {
			source: "reports",
			series: new Map(answers.map(([uplink, answer]) => [uplink, parseReports(answer)])),
			trouble: answers.find(([, { trouble }]) => trouble !== undefined)?.[1].trouble ?? null,
		};
	} catch (error) {
		if (isAbsent(error)) return null;
		throw error;
	}
}

/** The last ten minutes. Rejects with RpcError. */
export async function readRemembered(session: Session, routerNowMs: () => number): Promise<Quality> {
	const answer = (await session.call("polywan", "history")) as unknown as History;
	return { source: "daemon", series: parseDaemonHistory(answer, routerNowMs() / 1000), trouble: null };
}

function isAbsent(error: unknown): boolean {
	if (!(error instanceof RpcError)) return false;
	const { kind, code } = error;
	return kind === "missing" || kind === "denied" || (kind === "status" && code === METHOD_NOT_FOUND);
}

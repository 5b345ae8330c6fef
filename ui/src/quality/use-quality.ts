import { useEffect, useRef, useState } from "preact/hooks";
import type { UbusSession } from "ubus-js/browser";
import { liveness, routerNowMs } from "../store.ts";
import { type Quality, readRecorded, readRemembered } from "./read-quality.ts";
import { boundsOf, REMEMBERED_S, type Span } from "./span.ts";

/** A graph of 500 points moves on by one of them, but not more often than this. */
const OFTENEST_MS = 5000;
const SELDOMEST_MS = 60_000;
const POINTS = 500;

export interface Looked {
	/** Null before the first answer; what is there stays until the next comes. */
	readonly quality: Quality | null;
	readonly failed: boolean;
}

/** What was recorded of the uplinks over a span, followed while that reaches to now and somebody looks. */
export function useQuality(
	session: UbusSession<AbortSignal>,
	uplinks: readonly string[],
	span: Span,
): Looked {
	const [looked, setLooked] = useState<Looked>({ quality: null, failed: false });
	const hasReports = useRef(true);
	const alive = liveness.value.kind === "live";
	const names = uplinks.join(" ");
	const { lengthS, endS } = span;
	useEffect(() => {
		if (!alive) return;
		let wanted = true;
		const look = async () => {
			const list = names.split(" ").filter(Boolean);
			const bounds = boundsOf({ lengthS, endS }, routerNowMs.peek() / 1000);
			try {
				const recorded = hasReports.current ? await readRecorded(session, list, bounds) : null;
				hasReports.current = recorded !== null;
				const quality = recorded ?? (await readRemembered(session, () => routerNowMs.peek()));
				if (wanted) setLooked({ quality, failed: false });
			} catch {
				if (wanted) setLooked((before) => ({ ...before, failed: true }));
			}
		};
		void look();
		const everyMs = Math.min(SELDOMEST_MS, Math.max(OFTENEST_MS, (lengthS * 1000) / POINTS));
		const timer = endS === null ? setInterval(() => !document.hidden && void look(), everyMs) : null;
		return () => {
			wanted = false;
			if (timer !== null) clearInterval(timer);
		};
	}, [session, names, lengthS, endS, alive]);
	return looked;
}

/** Whether a span can be shown: without a recorder the router knows ten minutes. */
export function isKnown(quality: Quality | null, lengthS: number): boolean {
	return quality?.source !== "daemon" || lengthS <= REMEMBERED_S;
}

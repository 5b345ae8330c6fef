import "../shared.ts";
import type { Status } from "polywan-core/status";
import { Failed } from "../page/failed.tsx";
import { useAsked } from "../page/use-asked.ts";
import { HistoryGraphs } from "./history-graphs.tsx";
import { SpanTable } from "./span-table.tsx";
import { UsageTable } from "./usage-table.tsx";

/** History takes a look every five seconds. */
const LOOK_MS = 5000;
const USAGE_MS = 10_000;

/** How good the uplinks were, and what went through them. */
export function QualityPage({ status }: { readonly status: Status }) {
	const now = useAsked("status", LOOK_MS);
	const history = useAsked("history", LOOK_MS);
	const usage = useAsked("usage", USAGE_MS);
	return (
		<>
			<Failed when={now.failed || history.failed || usage.failed} />
			<SpanTable status={now.answer === null ? status : (now.answer as unknown as Status)} />
			<HistoryGraphs answer={history.answer} />
			<UsageTable answer={usage.answer} />
		</>
	);
}

import "../shared.ts";
import { signal } from "@preact/signals";
import type { Status } from "polywan-core/status";
import { useMemo } from "preact/hooks";
import { Failed } from "../page/failed.tsx";
import { useAsked } from "../page/use-asked.ts";
import { usePanel } from "../panel.ts";
import { routerNowMs } from "../store.ts";
import { HistoryCard } from "./history-card.tsx";
import { HostsTable } from "./hosts-table.tsx";
import style from "./quality.css";
import { SlaTable } from "./sla-table.tsx";
import { boundsOf, type Span, WHOLE_SPAN } from "./span.ts";
import { SpanTable } from "./span-table.tsx";
import { UsageTable } from "./usage-table.tsx";
import { useQuality } from "./use-quality.ts";

const PROBES_MS = 5000;
const USAGE_MS = 30_000;

/** What was chosen stays while other pages are looked at. */
const chosenSpan = signal<Span>(WHOLE_SPAN);
const chosenUplink = signal("");

/** How good the uplinks were, and what went through them. */
export function QualityPage({ status }: { readonly status: Status }) {
	const { adopt, session } = usePanel();
	useMemo(() => adopt(style), [adopt]);
	const span = chosenSpan.value;
	const uplinks = status.uplinks.map(({ name }) => name);
	const uplink = uplinks.includes(chosenUplink.value) ? chosenUplink.value : (uplinks[0] ?? "");
	const { quality, failed } = useQuality(session, uplinks, span);
	const now = useAsked("status", PROBES_MS);
	const usage = useAsked("usage", USAGE_MS);
	return (
		<>
			<Failed when={failed || now.failed || usage.failed} />
			<HistoryCard
				quality={quality}
				uplinks={uplinks}
				uplink={uplink}
				span={span}
				onUplink={(name) => {
					chosenUplink.value = name;
				}}
				onSpan={(next) => {
					chosenSpan.value = next;
				}}
			/>
			{quality !== null && <SlaTable quality={quality} bounds={boundsOf(span, routerNowMs.value / 1000)} />}
			<UsageTable answer={usage.answer} />
			<HostsTable />
			<SpanTable status={now.answer === null ? status : (now.answer as unknown as Status)} />
		</>
	);
}

import { useMemo } from "preact/hooks";
import { useLoaded } from "../loaded.ts";
import { CsvButton } from "../page/csv-button.tsx";
import { routerNowMs } from "../store.ts";
import { language } from "../words.ts";
import { listSeries } from "./history-csv.ts";
import { HistoryTable } from "./history-table.tsx";
import { renderMoment } from "./moment.ts";
import { findOutages } from "./outage.ts";
import { OutageList } from "./outage-list.tsx";
import type { Quality } from "./read-quality.ts";
import { buildGraphs } from "./series-graphs.ts";
import { boundsOf, move, type Span, spanBetween, zoom } from "./span.ts";
import { SpanControls } from "./span-controls.tsx";
import { isKnown } from "./use-quality.ts";
import { tq } from "./words.ts";

const ZOOM = 2;
/** Of a graph, as the router gives them at most. */
const POINTS = 500;
const EARLIER = -0.5;

/** One uplink over time. */
export function HistoryCard(props: {
	readonly quality: Quality | null;
	readonly uplinks: readonly string[];
	readonly uplink: string;
	readonly span: Span;
	onUplink(name: string): void;
	onSpan(span: Span): void;
}) {
	const { quality, uplink, span, onSpan } = props;
	const stack = useLoaded(true, () => import("./graph-stack.tsx"));
	// What follows the clock does so by no more than is seen.
	const tickS = Math.max(1, Math.round(span.lengthS / POINTS));
	const nowS = Math.floor(routerNowMs.value / 1000 / tickS) * tickS;
	const bounds = boundsOf(span, nowS);
	const series = quality?.series.get(uplink) ?? null;
	const graphs = useMemo(() => (series === null ? [] : buildGraphs(series)), [series, language.value]);
	const times = useMemo(
		() => ({
			atS: series?.atS ?? [],
			outages: series === null ? [] : findOutages(series),
			bounds,
			language: language.value,
		}),
		[series, bounds.fromS, bounds.toS, language.value],
	);
	const timeOf = (atS: number) => renderMoment(atS, span.lengthS, language.value);
	const actions: Readonly<Record<string, () => Span>> = {
		"+": () => zoom(span, 1 / ZOOM, nowS),
		"=": () => zoom(span, 1 / ZOOM, nowS),
		"-": () => zoom(span, ZOOM, nowS),
		PageUp: () => move(span, EARLIER, nowS),
		PageDown: () => move(span, -EARLIER, nowS),
		Escape: () => ({ ...span, endS: null }),
	};
	const press = (key: string) => {
		const action = actions[key];
		if (action === undefined) return false;
		const next = action();
		if (isKnown(quality, next.lengthS)) onSpan(next);
		return true;
	};
	return (
		<section class="card" aria-labelledby="history-title">
			<header>
				<h2 id="history-title">{tq("quality.graphs")}</h2>
				<span class="soft small number">
					{tq("quality.until", { from: timeOf(bounds.fromS), to: timeOf(bounds.toS) })}
				</span>
				<CsvButton
					name="history"
					of={tq("quality.graphs")}
					rows={() => listSeries(quality?.series ?? new Map())}
				/>
			</header>
			<SpanControls {...props} onKey={press} />
			<p id="zoom-hint" class="soft small hint">
				{tq("quality.zoomHint")}
			</p>
			{stack === null || series === null ? (
				<p class="soft graph-room">
					{tq(quality === null || stack === null ? "quality.loading" : "quality.none")}
				</p>
			) : (
				<stack.GraphStack
					label={tq("quality.points", { uplink })}
					graphs={graphs}
					times={times}
					timeOf={timeOf}
					onDrag={(fromS, toS) => onSpan(spanBetween(fromS, toS, nowS))}
					onKey={press}
				/>
			)}
			{quality?.source === "daemon" && <p class="soft small">{tq("quality.onlyMinutes")}</p>}
			{quality?.trouble != null && (
				<p class="notice warn small">
					{tq("quality.trouble")} <span lang="en">{quality.trouble}</span>
				</p>
			)}
			{series !== null && (
				<>
					<OutageList outages={times.outages} timeOf={timeOf} />
					<HistoryTable uplink={uplink} series={series} timeOf={timeOf} />
				</>
			)}
		</section>
	);
}

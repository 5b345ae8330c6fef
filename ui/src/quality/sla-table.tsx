import { formatDuration } from "../format.ts";
import { CsvButton } from "../page/csv-button.tsx";
import { Scroll } from "../part/scroll.tsx";
import { language, t } from "../words.ts";
import type { Quality } from "./read-quality.ts";
import { renderMs, renderPercent } from "./series-graphs.ts";
import { buildSla, type Sla } from "./sla.ts";
import type { Bounds } from "./span.ts";
import { tq } from "./words.ts";

/** What each uplink kept of what it promised, over the span of the graphs. */
export function SlaTable({ quality, bounds }: { readonly quality: Quality; readonly bounds: Bounds }) {
	const slas = [...quality.series].map(([uplink, series]) => [uplink, buildSla(series)] as const);
	const stepS = Math.max(0, ...slas.map(([, sla]) => sla.stepS));
	return (
		<div class="card">
			<header>
				<h2 id="sla-title">{tq("quality.sla")}</h2>
				<CsvButton name="service-level" of={tq("quality.sla")} rows={() => listSlas(slas, bounds)} />
			</header>
			<Scroll labelledBy="sla-title">
				<table>
					<thead>
						<tr>
							<th scope="col">{tq("quality.uplink")}</th>
							{[
								tq("quality.available"),
								tq("quality.outages"),
								tq("quality.downTotal"),
								tq("quality.downLongest"),
								t("card.rtt"),
								tq("quality.rttMost"),
								t("card.loss"),
								tq("quality.known"),
							].map((title) => (
								<th key={title} scope="col" class="number">
									{title}
								</th>
							))}
						</tr>
					</thead>
					<tbody>
						{slas.map(([uplink, sla]) => (
							<Row key={uplink} uplink={uplink} sla={sla} />
						))}
					</tbody>
				</table>
			</Scroll>
			{slas.length === 0 && <p class="soft note">{tq("quality.none")}</p>}
			{stepS > 0 && (
				<p class="soft small note">
					{tq("quality.steps", { step: formatDuration(stepS * 1000, language.value) })}
				</p>
			)}
		</div>
	);
}

function Row({ uplink, sla }: { readonly uplink: string; readonly sla: Sla }) {
	const seconds = (s: number) => (s === 0 ? "–" : formatDuration(Math.max(1, s) * 1000, language.value));
	const orDash = (value: number | null, render: (value: number) => string) =>
		value === null ? "–" : render(value);
	return (
		<tr>
			<th scope="row">{uplink}</th>
			<td class="number">{orDash(sla.availablePercent, renderAvailable)}</td>
			<td class={`number ${sla.outages > 0 ? "wrong" : ""}`}>{sla.outages}</td>
			<td class="number">{seconds(sla.downS)}</td>
			<td class="number">{seconds(sla.longestS)}</td>
			<td class="number">{orDash(sla.rttMeanMs, renderMs)}</td>
			<td class="number">{orDash(sla.rttMostMs, renderMs)}</td>
			<td class={`number ${(sla.lossPercent ?? 0) >= 0.05 ? "wrong" : ""}`}>
				{orDash(sla.lossPercent, renderPercent)}
			</td>
			<td class="number soft">{seconds(sla.knownS)}</td>
		</tr>
	);
}

/** "100 %" is said of nothing less. */
function renderAvailable(percent: number): string {
	if (percent <= 0) return "0 %";
	return percent >= 100 ? "100 %" : `${Math.min(99.999, percent).toFixed(3)} %`;
}

function listSlas(slas: readonly (readonly [string, Sla])[], { fromS, toS }: Bounds) {
	return [
		[
			"uplink",
			"from",
			"to",
			"available_percent",
			"outages",
			"down_seconds",
			"longest_seconds",
			"rtt_mean_ms",
			"rtt_95_percent_below_ms",
			"loss_percent",
			"recorded_seconds",
			"step_seconds",
		],
		...slas.map(([uplink, sla]) => [
			uplink,
			new Date(fromS * 1000).toISOString(),
			new Date(toS * 1000).toISOString(),
			sla.availablePercent,
			sla.outages,
			sla.downS,
			sla.longestS,
			sla.rttMeanMs,
			sla.rttMostMs,
			sla.lossPercent,
			sla.knownS,
			sla.stepS,
		]),
	];
}

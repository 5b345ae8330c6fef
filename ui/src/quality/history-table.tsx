import { useState } from "preact/hooks";
import { Scroll } from "../part/scroll.tsx";
import { t } from "../words.ts";
import type { Series, Values } from "./series.ts";
import { renderMs, renderPercent, renderRate } from "./series-graphs.ts";
import { tq } from "./words.ts";

/** The graphs for whoever reads rather than looks; made only when it is opened. */
export function HistoryTable(props: {
	readonly uplink: string;
	readonly series: Series;
	readonly timeOf: (atS: number) => string;
}) {
	const [open, setOpen] = useState(false);
	return (
		<details onToggle={(event) => setOpen(event.currentTarget.open)}>
			<summary id="history-table-title">{tq("quality.table")}</summary>
			{open && <Rows {...props} />}
		</details>
	);
}

function Rows(props: {
	readonly uplink: string;
	readonly series: Series;
	readonly timeOf: (atS: number) => string;
}) {
	const { series, timeOf } = props;
	const columns: readonly (readonly [string, Values, (value: number) => string])[] = [
		[`${t("card.rtt")} IPv4`, series.rttMs.ipv4, renderMs],
		[`${t("card.rtt")} IPv6`, series.rttMs.ipv6, renderMs],
		[`${t("card.loss")} IPv4`, series.lossPercent.ipv4, renderPercent],
		[`${t("card.loss")} IPv6`, series.lossPercent.ipv6, renderPercent],
		[t("card.download"), series.download, renderRate],
		[t("card.upload"), series.upload, renderRate],
		[`${tq("quality.inUse")} IPv4`, series.usablePercent.ipv4, renderPercent],
		[`${tq("quality.inUse")} IPv6`, series.usablePercent.ipv6, renderPercent],
	];
	return (
		<div class="history-table">
			<Scroll labelledBy="history-table-title">
				<table>
					<caption class="unseen">{tq("quality.tableOf", { uplink: props.uplink })}</caption>
					<thead>
						<tr>
							<th scope="col">{tq("quality.time")}</th>
							{columns.map(([title]) => (
								<th key={title} scope="col" class="number">
									{title}
								</th>
							))}
						</tr>
					</thead>
					<tbody>
						{series.atS.map((atS, index) => (
							<tr key={atS}>
								<th scope="row" class="number">
									{timeOf(atS)}
								</th>
								{columns.map(([title, values, render]) => {
									const value = values[index];
									return (
										<td key={title} class="number">
											{value === null || value === undefined ? "–" : render(value)}
										</td>
									);
								})}
							</tr>
						))}
					</tbody>
				</table>
			</Scroll>
		</div>
	);
}

import type { UsageStatus } from "polywan-core/status";
import type { RpcTable } from "ubus-js/browser";
import { formatBytes, formatPercent } from "../format.ts";
import { CsvButton } from "../page/csv-button.tsx";
import { Scroll } from "../part/scroll.tsx";
import { routerNowMs } from "../store.ts";
import { language, t } from "../words.ts";
import { forecastUsage } from "./forecast.ts";
import { tq } from "./words.ts";

const COLUMNS = [
	"rx_bytes",
	"tx_bytes",
	"quota_used_bytes",
	"quota_bytes",
	"total_rx_bytes",
	"total_tx_bytes",
] as const;

/** What went through every uplink in its present period, and what its quota leaves. */
export function UsageTable({ answer }: { readonly answer: RpcTable | null }) {
	const usage = (answer?.usage ?? []) as unknown as readonly UsageStatus[];
	const moment = (ms: number) => (ms === 0 ? "" : new Date(ms).toISOString());
	const rows = () => [
		["uplink", "period_start", "period_end", ...COLUMNS, "forecast_bytes"],
		...usage.map((each) => [
			each.uplink,
			moment(each.period_start_ms),
			moment(each.period_end_ms),
			...COLUMNS.map((column) => each[column]),
			Math.round(forecastUsage(each, routerNowMs.value)?.bytes ?? 0) || null,
		]),
	];
	return (
		<div class="card">
			<header>
				<h2 id="usage-title">{tq("usage.title")}</h2>
				<CsvButton name="usage" of={tq("usage.title")} rows={rows} />
			</header>
			<Scroll labelledBy="usage-title">
				<table class="usage">
					<thead>
						<tr>
							<th scope="col">{tq("quality.uplink")}</th>
							<th scope="col">{tq("usage.period")}</th>
							<th scope="col" class="number">
								{t("card.download")}
							</th>
							<th scope="col" class="number">
								{t("card.upload")}
							</th>
							<th scope="col">{tq("usage.quota")}</th>
							<th scope="col">{tq("usage.forecast")}</th>
							<th scope="col" class="number">
								{tq("usage.total")}
							</th>
						</tr>
					</thead>
					<tbody>
						{usage.map((each) => (
							<tr key={each.uplink}>
								<th scope="row">{each.uplink}</th>
								<td class="number">{renderPeriod(each)}</td>
								<td class="number">{bytes(each.rx_bytes)}</td>
								<td class="number">{bytes(each.tx_bytes)}</td>
								<td>
									<Quota usage={each} />
								</td>
								<td>
									<Outlook usage={each} />
								</td>
								<td class="number soft">{bytes(each.total_rx_bytes + each.total_tx_bytes)}</td>
							</tr>
						))}
					</tbody>
				</table>
			</Scroll>
		</div>
	);
}

function Quota({ usage }: { readonly usage: UsageStatus }) {
	if (usage.quota_bytes === 0) return <span class="soft">{tq("usage.noQuota")}</span>;
	const words = tq("usage.part", {
		used: bytes(usage.quota_used_bytes),
		quota: bytes(usage.quota_bytes),
		percent: formatPercent(usage.quota_used_percent).value,
	});
	return (
		<>
			<meter min={0} max={100} high={90} value={Math.min(100, usage.quota_used_percent)} aria-label={words} />
			<span class="number small">{words}</span>
			{usage.quota_limited && <span class="small">{tq("usage.limited")}</span>}
		</>
	);
}

/** Where it leads if it goes on like this. */
function Outlook({ usage }: { readonly usage: UsageStatus }) {
	const forecast = forecastUsage(usage, routerNowMs.value);
	if (forecast === null) return <span class="soft">{tq("usage.early")}</span>;
	if (forecast.percent === null)
		return <span class="soft number">{tq("usage.forecastBytes", { bytes: bytes(forecast.bytes) })}</span>;
	if (usage.quota_used_percent >= 100) return <span class="wrong">{tq("usage.over")}</span>;
	const part = { bytes: bytes(forecast.bytes), percent: Math.round(forecast.percent) };
	return (
		<>
			<span class={`number ${forecast.usedUpAtMs === null ? "" : "wrong"}`}>
				{tq("usage.forecastPart", part)}
			</span>
			{forecast.usedUpAtMs !== null && (
				<span class="small"> {tq("usage.usedUp", { date: renderDay(forecast.usedUpAtMs) })}</span>
			)}
		</>
	);
}

function bytes(count: number): string {
	const { value, unit } = formatBytes(count);
	return `${value} ${unit}`;
}

function renderPeriod({ period_start_ms: from, period_end_ms: to }: UsageStatus): string {
	if (from === 0) return "–";
	return to === 0 ? renderDay(from) : `${renderDay(from)} – ${renderDay(to)}`;
}

function renderDay(ms: number): string {
	return new Date(ms).toLocaleDateString(language.value, { month: "short", day: "numeric" });
}

import type { UsageStatus } from "polywan-core/status";
import type { RpcTable } from "ubus-js/browser";
import { formatBytes, formatPercent } from "../format.ts";
import { CsvButton } from "../page/csv-button.tsx";
import { tm } from "../page/words.ts";
import { Scroll } from "../part/scroll.tsx";
import { language, t } from "../words.ts";

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
		["uplink", "period_start", "period_end", ...COLUMNS],
		...usage.map((each) => [
			each.uplink,
			moment(each.period_start_ms),
			moment(each.period_end_ms),
			...COLUMNS.map((column) => each[column]),
		]),
	];
	return (
		<div class="card">
			<header>
				<h2 id="usage-title">{tm("usage.title")}</h2>
				<CsvButton name="usage" of={tm("usage.title")} rows={rows} />
			</header>
			<Scroll labelledBy="usage-title">
				<table class="usage">
					<thead>
						<tr>
							<th scope="col">{tm("log.uplink")}</th>
							<th scope="col">{tm("usage.period")}</th>
							<th scope="col" class="number">
								{t("card.download")}
							</th>
							<th scope="col" class="number">
								{t("card.upload")}
							</th>
							<th scope="col">{tm("usage.quota")}</th>
							<th scope="col" class="number">
								{tm("usage.total")}
							</th>
						</tr>
					</thead>
					<tbody>
						{usage.map((each) => (
							<tr key={each.uplink}>
								<th scope="row">{each.uplink}</th>
								<td>{renderPeriod(each)}</td>
								<td class="number">{bytes(each.rx_bytes)}</td>
								<td class="number">{bytes(each.tx_bytes)}</td>
								<td>
									<Quota usage={each} />
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
	if (usage.quota_bytes === 0) return <span class="soft">{tm("usage.noQuota")}</span>;
	const words = tm("usage.part", {
		used: bytes(usage.quota_used_bytes),
		quota: bytes(usage.quota_bytes),
		percent: formatPercent(usage.quota_used_percent).value,
	});
	return (
		<>
			<meter min={0} max={100} high={90} value={Math.min(100, usage.quota_used_percent)} aria-label={words} />
			<span class="number small">{words}</span>
			{usage.quota_limited && <span class="small">{tm("usage.limited")}</span>}
		</>
	);
}

function bytes(count: number): string {
	const { value, unit } = formatBytes(count);
	return `${value} ${unit}`;
}

function renderPeriod({ period_start_ms: from, period_end_ms: to }: UsageStatus): string {
	if (from === 0) return "–";
	const day = (ms: number) =>
		new Date(ms).toLocaleDateString(language.value, { month: "short", day: "numeric" });
	return to === 0 ? day(from) : `${day(from)} – ${day(to)}`;
}

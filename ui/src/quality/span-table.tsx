import type { FamilyStatus, SpanStatus, Status } from "polywan-core/status";
import { formatMilliseconds, formatPercent } from "../format.ts";
import { CsvButton } from "../page/csv-button.tsx";
import { Scroll } from "../part/scroll.tsx";
import { language, t } from "../words.ts";
import { tq } from "./words.ts";

const SPANS = { "10s": [10, "second"], "1m": [1, "minute"], "1h": [1, "hour"], "24h": [24, "hour"] } as const;
type Span = keyof typeof SPANS;
const NAMES = Object.keys(SPANS) as Span[];

interface Line {
	readonly uplink: string;
	readonly family: "IPv4" | "IPv6";
	readonly quality: Readonly<Record<Span, SpanStatus>>;
}

/** Every uplink and family over four spans of time. */
export function SpanTable({ status }: { readonly status: Status }) {
	const lines = readLines(status);
	const rows = () => [
		["uplink", "family", "span", ...CSV_COLUMNS],
		...lines.flatMap(({ uplink, family, quality }) =>
			NAMES.map((span) => [
				uplink,
				family,
				span,
				...CSV_COLUMNS.map((column) => quality[span]?.[column] ?? null),
			]),
		),
	];
	return (
		<div class="card">
			<header>
				<h2 id="probes-title">{tq("quality.measured")}</h2>
				<CsvButton name="quality" of={tq("quality.measured")} rows={rows} />
			</header>
			{lines.length === 0 ? (
				<p class="soft">{tq("quality.none")}</p>
			) : (
				<Scroll labelledBy="probes-title">
					<table class="spans">
						<thead>
							<tr>
								<th scope="col">{tq("quality.uplink")}</th>
								<th scope="col">{tq("quality.over")}</th>
								<th scope="col" class="number">
									{t("card.rtt")}
								</th>
								<th scope="col" class="number">
									{tq("quality.rttRange")}
								</th>
								<th scope="col" class="number">
									{t("card.jitter")}
								</th>
								<th scope="col" class="number">
									{t("card.loss")}
								</th>
								<th scope="col" class="number">
									{tq("quality.inUse")}
								</th>
								<th scope="col" class="number">
									{tq("quality.probes")}
								</th>
							</tr>
						</thead>
						{lines.map((line) => (
							<Group key={line.uplink + line.family} line={line} />
						))}
					</table>
				</Scroll>
			)}
		</div>
	);
}

const CSV_COLUMNS = [
	"rtt_min_ms",
	"rtt_avg_ms",
	"rtt_max_ms",
	"jitter_ms",
	"loss_percent",
	"uptime_percent",
	"probes",
] as const;

function readLines({ uplinks }: Status): Line[] {
	return uplinks.flatMap(({ name, ipv4, ipv6 }) => [
		...readLine(name, "IPv4", ipv4),
		...readLine(name, "IPv6", ipv6),
	]);
}

function readLine(uplink: string, family: Line["family"], status: FamilyStatus | null): Line[] {
	return status?.quality == null ? [] : [{ uplink, family, quality: status.quality }];
}

function Group({ line }: { readonly line: Line }) {
	return (
		<tbody>
			{NAMES.map((span, index) => (
				<tr key={span}>
					{index === 0 && (
						<th scope="rowgroup" rowSpan={NAMES.length}>
							{line.uplink} <span class="soft">{line.family}</span>
						</th>
					)}
					<th scope="row" class="soft">
						{spanWord(span)}
					</th>
					<Cells span={line.quality[span]} />
				</tr>
			))}
		</tbody>
	);
}

function Cells({ span }: { readonly span: SpanStatus }) {
	const ms = (value: number | null) => (value === null ? "–" : `${formatMilliseconds(value).value} ms`);
	const percent = (value: number | null) => (value === null ? "–" : `${formatPercent(value).value} %`);
	return (
		<>
			<td class="number">{ms(span.rtt_avg_ms)}</td>
			<td class="number soft">
				{span.rtt_min_ms === null
					? "–"
					: `${formatMilliseconds(span.rtt_min_ms).value} – ${ms(span.rtt_max_ms)}`}
			</td>
			<td class="number">{ms(span.jitter_ms)}</td>
			<td class={`number ${(span.loss_percent ?? 0) > 0 ? "wrong" : ""}`}>{percent(span.loss_percent)}</td>
			<td class="number">{percent(span.uptime_percent)}</td>
			<td class="number soft">{span.probes}</td>
		</>
	);
}

function spanWord(span: Span): string {
	const [value, unit] = SPANS[span];
	return new Intl.NumberFormat(language.value, { style: "unit", unit, unitDisplay: "short" }).format(value);
}

import type { Cell } from "../page/csv.ts";
import type { Series } from "./series.ts";

const HEAD = [
	"time",
	"uplink",
	"seconds",
	"ipv4_rtt_ms",
	"ipv4_loss_percent",
	"ipv4_usable_percent",
	"ipv6_rtt_ms",
	"ipv6_loss_percent",
	"ipv6_usable_percent",
	"download_bytes_per_second",
	"upload_bytes_per_second",
];

/** Every uplink's steps, for a file; times as ISO 8601 has them. */
export function listSeries(all: ReadonlyMap<string, Series>): Cell[][] {
	const rows = [...all].flatMap(([uplink, series]) =>
		series.atS.map((atS, index) => [
			new Date(atS * 1000).toISOString(),
			uplink,
			series.stepS,
			...(["ipv4", "ipv6"] as const).flatMap((family) => [
				series.rttMs[family][index] ?? null,
				series.lossPercent[family][index] ?? null,
				series.usablePercent[family][index] ?? null,
			]),
			series.download[index] ?? null,
			series.upload[index] ?? null,
		]),
	);
	return [HEAD, ...rows];
}

import type { UsageStatus } from "../status.ts";
import type { MetricFamily, Sample } from "./family.ts";

/** What went through each uplink in the present period, and its quota where it has one. */
export function buildUsageMetrics(usage: readonly UsageStatus[]): readonly MetricFamily[] {
	const limited = usage.filter(({ quota_bytes }) => quota_bytes > 0);
	const of = (entries: readonly UsageStatus[], value: (entry: UsageStatus) => number): Sample[] =>
		entries.map((entry) => ({ labels: { uplink: entry.uplink }, value: value(entry) }));
	// Gauges: they fall to 0 when a period begins.
	return [
		{
			name: "polywan_uplink_period_receive_bytes",
			type: "gauge",
			unit: "bytes",
			help: "From the Internet in this period.",
			samples: of(usage, ({ rx_bytes }) => rx_bytes),
		},
		{
			name: "polywan_uplink_period_transmit_bytes",
			type: "gauge",
			unit: "bytes",
			help: "To the Internet in this period.",
			samples: of(usage, ({ tx_bytes }) => tx_bytes),
		},
		{
			name: "polywan_uplink_quota_bytes",
			type: "gauge",
			unit: "bytes",
			help: "Quota of a period.",
			samples: of(limited, ({ quota_bytes }) => quota_bytes),
		},
		{
			name: "polywan_uplink_quota_used_ratio",
			type: "gauge",
			unit: "ratio",
			help: "Part of the quota that is used.",
			samples: of(limited, ({ quota_used_percent }) => quota_used_percent / 100),
		},
	];
}

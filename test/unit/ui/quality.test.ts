import type { UsageStatus } from "polywan-core/status";
import { describe, expect, test } from "vitest";
import { forecastUsage } from "../../../ui/src/quality/forecast.ts";
import { listSeries } from "../../../ui/src/quality/history-csv.ts";
import { findOutages } from "../../../ui/src/quality/outage.ts";
import {
	parseDaemonHistory,
	parseReports,
	type ReportsHistory,
	type Series,
} from "../../../ui/src/quality/series.ts";
import { buildSla } from "../../../ui/src/quality/sla.ts";
import { boundsOf, move, type Span, spanBetween, zoom } from "../../../ui/src/quality/span.ts";

function recorded(usable4: readonly number[], more: Partial<ReportsHistory> = {}): Series {
	const flat = (value: number) => usable4.map(() => value);
	return parseReports({
		step_s: 10,
		at_s: usable4.map((_, index) => 1000 + index * 10),
		rx_rate: flat(5),
		tx_rate: flat(-1),
		rtt_us: { ipv4: usable4.map((_, index) => 1000 * (index + 1)), ipv6: flat(-1) },
		loss_permille: { ipv4: flat(25), ipv6: flat(-1) },
		usable_permille: { ipv4: usable4, ipv6: flat(-1) },
		...more,
	});
}

describe("what was recorded", () => {
	test("what is not known is no value, and no line leads over a hole", () => {
		const series = recorded([1000, 1000, 1000], { at_s: [1000, 1010, 1050] });
		expect(series.atS).toEqual([1000, 1010, 1020, 1050]);
		expect(series.rttMs.ipv4).toEqual([1, 2, null, 3]);
		expect(series.lossPercent.ipv4[0]).toBe(2.5);
		expect(series.upload).toEqual([null, null, null, null]);
	});

	test("the daemon's ten minutes are told by the router's clock", () => {
		const family = { rtt_us: [-1, 2500], loss_percent: [0, 3], usable: [0, 1] };
		const none = { rtt_us: [-1, -1], loss_percent: [-1, -1], usable: [-1, -1] };
		const uplinks = { wan: { ipv4: family, ipv6: none, rx_rate: [1, 2], tx_rate: [3, 4] } };
		const series = parseDaemonHistory({ step_ms: 5000, age_ms: 2000, uplinks }, 1000).get("wan");
		expect(series?.atS).toEqual([993, 998]);
		expect(series?.rttMs.ipv4).toEqual([null, 2.5]);
		expect(series?.usablePercent.ipv4).toEqual([0, 100]);
	});

	test("goes to a file with its units", () => {
		const [head, first] = listSeries(new Map([["wan", recorded([1000])]]));
		expect(head?.length).toBe(first?.length);
		expect(first).toEqual(["1970-01-01T00:16:40.000Z", "wan", 10, 1, 2.5, 100, null, null, null, 5, null]);
	});
});

describe("the service level", () => {
	test("steps in a row are one outage, as long as they were out of use", () => {
		const outages = findOutages(recorded([1000, 500, 0, 1000, 900]));
		expect(outages).toEqual([
			{ fromS: 1010, toS: 1030, downS: 15 },
			{ fromS: 1040, toS: 1050, downS: expect.closeTo(1) },
		]);
	});

	test("an uplink with one family left is in use", () => {
		const usable = { ipv4: [0, 1000], ipv6: [1000, 0] };
		expect(findOutages(recorded([0, 1000], { usable_permille: usable }))).toEqual([]);
	});

	test("tells availability, outages, round trips and loss, as far as they were recorded", () => {
		expect(buildSla(recorded([1000, 1000, 0, 1000]))).toEqual({
			availablePercent: 75,
			outages: 1,
			downS: 10,
			longestS: 10,
			rttMeanMs: 2.5,
			rttMostMs: 4,
			lossPercent: 2.5,
			knownS: 40,
			stepS: 10,
		});
		expect(buildSla(recorded([]))).toMatchObject({ availablePercent: null, rttMostMs: null, knownS: 0 });
	});
});

describe("spans", () => {
	const now = 1_000_000;
	const live: Span = { lengthS: 3600, endS: null };

	test("one that reaches to now moves on with it", () => {
		expect(boundsOf(live, now)).toEqual({ fromS: now - 3600, toS: now });
		expect(move(move(live, -0.5, now), 0.5, now)).toEqual(live);
		expect(spanBetween(now + 5, now - 100, now)).toEqual({ lengthS: 105, endS: null });
	});

	test("closer is around the middle, and not closer than a minute", () => {
		expect(zoom(live, 0.5, now)).toEqual({ lengthS: 1800, endS: now - 900 });
		expect(zoom({ lengthS: 60, endS: 5000 }, 0.5, now)).toEqual({ lengthS: 60, endS: 5000 });
		expect(spanBetween(1000, 1001, now).lengthS).toBe(60);
		expect(zoom(live, 1e9, now).lengthS).toBe(31_536_000);
	});
});

describe("the forecast of a quota", () => {
	const day = 86_400_000;
	const usage: UsageStatus = {
		uplink: "lte",
		rx_bytes: 600,
		tx_bytes: 0,
		period_start_ms: 100 * day,
		period_end_ms: 130 * day,
		total_rx_bytes: 0,
		total_tx_bytes: 0,
		quota_bytes: 1000,
		quota_used_bytes: 600,
		quota_used_percent: 60,
		quota_action: "warn",
		quota_limited: false,
		gaps: [],
	};

	test("goes on as so far, and tells when it is used up", () => {
		expect(forecastUsage(usage, 110 * day)).toEqual({
			bytes: 1800,
			percent: 180,
			usedUpAtMs: expect.closeTo(110 * day + (400 / 60) * day, 0),
		});
		expect(forecastUsage({ ...usage, quota_used_bytes: 100 }, 110 * day)?.usedUpAtMs).toBe(null);
	});

	test("without a quota it is about all", () => {
		expect(forecastUsage({ ...usage, quota_bytes: 0 }, 115 * day)).toMatchObject({
			bytes: 1200,
			percent: null,
		});
	});

	test("times that were not counted are not part of the pace", () => {
		const gaps = [{ from_ms: 100 * day, to_ms: 105 * day }];
		expect(forecastUsage({ ...usage, gaps }, 110 * day)?.bytes).toBe(600 + (600 / 5) * 20);
	});

	test("nothing is guessed too early, or without a clock", () => {
		expect(forecastUsage(usage, 100.5 * day)).toBe(null);
		expect(forecastUsage({ ...usage, period_start_ms: 0 }, 110 * day)).toBe(null);
	});
});

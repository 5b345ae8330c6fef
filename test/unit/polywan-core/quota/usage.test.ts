import { type Period, periodEnd, periodStart } from "polywan-core/quota/period";
import type { Quota } from "polywan-core/quota/quota";
import { usedPercent, warningOf } from "polywan-core/quota/quota";
import {
	addCounters,
	beginCounting,
	closeGaps,
	NO_USAGE,
	parseUsageFile,
	resumeUsage,
	turnPeriod,
	type UsageFile,
} from "polywan-core/quota/usage";
import { parseTimeZone, UTC } from "polywan-core/schedule/time-zone";
import { describe, expect, test } from "vitest";

const BERLIN = parseTimeZone("CET-1CEST,M3.5.0,M10.5.0/3") ?? UTC;
const MONTH: Period = { every: "month", resetDay: 31, resetHour: 6 };
const device = (rxBytes: number, txBytes: number, ifindex = 3) => ({
	device: "eth1",
	ifindex,
	rxBytes,
	txBytes,
});

describe("period", () => {
	test.each([
		["month", 31, 6, Date.UTC(2026, 1, 28, 5, 0), Date.UTC(2026, 2, 31, 4, 0)],
		["month", 1, 0, Date.UTC(2026, 1, 28, 23, 0), Date.UTC(2026, 2, 31, 22, 0)],
		["week", 1, 0, Date.UTC(2026, 2, 22, 23, 0), Date.UTC(2026, 2, 29, 22, 0)],
		["week", 7, 12, Date.UTC(2026, 2, 22, 11, 0), Date.UTC(2026, 2, 29, 10, 0)],
		["day", 1, 3, Date.UTC(2026, 2, 25, 2, 0), Date.UTC(2026, 2, 26, 2, 0)],
	] as const)(
		"every %s, day %i, hour %i: start and end in Berlin",
		(every, resetDay, resetHour, start, end) => {
			const now = Date.UTC(2026, 2, 25, 12, 0);
			const period = { every, resetDay, resetHour };
			expect([periodStart(period, BERLIN, now), periodEnd(period, BERLIN, now)]).toEqual([start, end]);
		},
	);

	test("a period's end is the next one's start, hour by hour through a leap year", () => {
		let end = 0;
		for (let at = Date.UTC(2028, 0, 1); at < Date.UTC(2029, 0, 1); at += 3_600_000) {
			const start = periodStart(MONTH, BERLIN, at);
			expect(start).toBeLessThanOrEqual(at);
			if (end !== 0 && at < end) expect(periodEnd(MONTH, BERLIN, at)).toBe(end);
			if (at >= end && end !== 0) expect(start).toBe(end);
			end = periodEnd(MONTH, BERLIN, at);
			expect(end).toBeGreaterThan(at);
		}
	});
});

describe("usage", () => {
	test("counts from the first look, over a device that is made again, and one that is away for a while", () => {
		let usage = beginCounting([device(5000, 500)]);
		usage = addCounters(usage, [device(6000, 700)]);
		expect(usage).toMatchObject({ rxBytes: 1000, txBytes: 200 });
		usage = addCounters(usage, []);
		usage = addCounters(usage, [device(6100, 700)]);
		expect(usage).toMatchObject({ rxBytes: 1100, txBytes: 200 });
		usage = addCounters(usage, [device(40, 4, 9)]);
		expect(usage).toMatchObject({ rxBytes: 1140, txBytes: 204, totalRxBytes: 1140 });
		usage = addCounters(usage, [{ ...device(9_000_000, 1, 2), device: "eth0" }]);
		expect(usage.rxBytes).toBe(1140);
	});

	test("another boot counts from zero; without a final save the gap is marked until the clock is set", () => {
		const uplinks = { wan: { ...beginCounting([device(5000, 500)]), rxBytes: 10 } };
		const file: UsageFile = { format: 1, bootId: "a", savedAtMs: 1_800_000_000_000, final: true, uplinks };
		expect(parseUsageFile(JSON.stringify(file))).toEqual(file);
		expect(resumeUsage(file, "a")).toBe(uplinks);
		const orderly = resumeUsage(file, "b").wan ?? NO_USAGE;
		expect(addCounters(orderly, [device(70, 7)])).toMatchObject({ rxBytes: 80, txBytes: 7, gaps: [] });
		const failed = resumeUsage({ ...file, final: false }, "b").wan ?? NO_USAGE;
		expect(closeGaps(failed, 5000).gaps).toEqual([{ fromMs: 1_800_000_000_000, toMs: 0 }]);
		expect(closeGaps(failed, 1_800_000_100_000).gaps).toEqual([
			{ fromMs: 1_800_000_000_000, toMs: 1_800_000_100_000 },
		]);
	});

	test("periods turn; a clock that was not set, or far ahead for a while, loses nothing", () => {
		const may = Date.UTC(2027, 4, 1);
		const june = Date.UTC(2027, 5, 1);
		const started = turnPeriod({ ...NO_USAGE, rxBytes: 5 }, may);
		expect(started).toMatchObject({ rxBytes: 5, periodStartMs: may });
		expect(turnPeriod(started, 0)).toBe(started);
		const next = turnPeriod({ ...started, warned: 90 }, june);
		expect(next).toMatchObject({ rxBytes: 0, periodStartMs: june, warned: 0 });
		const back = turnPeriod({ ...next, rxBytes: 3 }, may);
		expect(back).toMatchObject({ rxBytes: 8, periodStartMs: may });
		expect(turnPeriod({ ...back, rxBytes: 9 }, june)).toMatchObject({ rxBytes: 4, periodStartMs: june });
	});

	test("a clock that goes back by years, and comes again, loses nothing", () => {
		const [long, now, next] = [Date.UTC(2025, 1, 1), Date.UTC(2027, 5, 1), Date.UTC(2027, 6, 1)];
		const june = { ...NO_USAGE, rxBytes: 50, periodStartMs: now };
		const back = turnPeriod(june, long);
		expect(back).toMatchObject({ rxBytes: 50, periodStartMs: long });
		const again = turnPeriod({ ...back, rxBytes: 51 }, now);
		expect(again).toMatchObject({ rxBytes: 51, periodStartMs: now });
		expect(turnPeriod(again, next)).toMatchObject({ rxBytes: 0, periodStartMs: next });
	});

	test("a counter of 32 bits that runs over goes on, and does not count the other one twice", () => {
		const full = 2 ** 32 - 100;
		const usage = { ...beginCounting([device(full, 2000)]) };
		expect(addCounters(usage, [device(50, 2010)])).toMatchObject({ rxBytes: 150, txBytes: 10 });
		expect(addCounters(usage, [device(50, 20)])).toMatchObject({ rxBytes: 50, txBytes: 20 });
		// Made again, and more sent than before already.
		expect(addCounters(beginCounting([device(5000, 5)]), [device(50, 60)]).rxBytes).toBe(50);
	});

	test.each([
		"",
		"{}",
		"null",
		'{"format":2}',
		'{"format":1,"bootId":"a","uplinks":{"wan":{"rxBytes":"x"}}}',
	])("a damaged file %j gives no usage", (text) =>
		expect(Object.keys(parseUsageFile(text)?.uplinks ?? {})).toEqual([]),
	);

	test("warnings at 75, 90 and 100 percent of what counts", () => {
		const limit = { downloadBitsPerSecond: 0, uploadBitsPerSecond: 0 };
		const quota: Quota = { bytes: 1000, direction: "upload", action: "warn", limit, period: MONTH };
		const at = (txBytes: number) => warningOf(quota, { ...NO_USAGE, rxBytes: 1e9, txBytes });
		expect([749, 750, 899, 900, 999, 1000, 5000].map(at)).toEqual([0, 75, 75, 90, 90, 100, 100]);
		expect(usedPercent({ ...quota, direction: "total" }, { ...NO_USAGE, rxBytes: 300, txBytes: 200 })).toBe(
			50,
		);
	});
});

import { execFileSync } from "node:child_process";
import { parseTimeZone, UTC } from "polywan-core/schedule/time-zone";
import { describe, expect, test } from "vitest";
import { Recorder } from "../../../package/polywan-reports/src/history/recorder.ts";
import { mergeSamples, type Sample } from "../../../package/polywan-reports/src/history/sample.ts";
import {
	buildInsert,
	buildOldest,
	buildPrune,
	buildQuery,
	buildRollUps,
	CREATE_SQL,
	OPEN_SQL,
	parseOldest,
	parseRow,
	SHRINK_SQL,
	SIZE_SQL,
} from "../../../package/polywan-reports/src/history/sql.ts";
import {
	chooseResolution,
	findReach,
	MOST_POINTS,
} from "../../../package/polywan-reports/src/history/step.ts";
import { familyStatus, uplinkStatus } from "./fixture.ts";

function sample(change: Partial<Sample> = {}): Sample {
	return {
		rx: 100,
		tx: 10,
		rtt4: 12_000,
		rtt6: null,
		loss4: 0,
		loss6: null,
		usable4: 1000,
		usable6: null,
		...change,
	};
}

/** Runs statements in the real sqlite3, in memory. */
function sqlite(sql: string): string[] {
	const argv = ["-batch", "-bail", "-noheader", "-list", ":memory:"];
	const output = execFileSync("sqlite3", argv, {
		input: `${OPEN_SQL}${CREATE_SQL}.print here\n${sql}`,
		encoding: "utf8",
	});
	return output.split("here\n")[1]?.split("\n").filter(Boolean) ?? [];
}

describe("seconds in memory", () => {
	test("bytes are what a counter grew by; one that started again grew by what it shows", () => {
		const recorder = new Recorder();
		for (const [second, rx_bytes] of [
			[100, 5000],
			[101, 5400],
			[102, 50],
		] as const)
			recorder.take({ uplinks: [uplinkStatus("wan", { rx_bytes })] }, second);
		expect(recorder.list("wan", 0, 110).map(([second, { rx }]) => [second, rx])).toEqual([
			[100, 0],
			[101, 400],
			[102, 50],
		]);
		expect(recorder.merge(100, 110)).toMatchObject([{ uplink: "wan", sample: { rx: 450, usable4: 1000 } }]);
	});

	test("are those of ten minutes, of the uplinks there are", () => {
		const recorder = new Recorder();
		for (let second = 0; second < 2000; second++) recorder.take({ uplinks: [uplinkStatus("wan")] }, second);
		const seconds = recorder.list("wan", 0, 2000).map(([second]) => second);
		expect(seconds).toEqual(Array.from({ length: 600 }, (_, i) => 1400 + i));
		expect(recorder.reachOf("wan", 1999)).toBe(600);
		recorder.take({ uplinks: [uplinkStatus("wanb")] }, 2000);
		expect([recorder.reachOf("wanb", 2030), recorder.reachOf("wan", 2030)]).toEqual([30, 0]);
		expect(recorder.list("wan", 0, 2001)).toEqual([]);
	});

	test("an uplink that is down has no round-trip time and is not usable", () => {
		const recorder = new Recorder();
		const ipv4 = familyStatus({ state: "down", rtt_ms: 12, loss_percent: 100 });
		recorder.take({ uplinks: [uplinkStatus("wan", { ipv4 })] }, 1);
		expect(recorder.list("wan", 0, 2)[0]?.[1]).toMatchObject({
			rtt4: null,
			loss4: 1000,
			usable4: 0,
			rtt6: null,
		});
	});

	test("a mean leaves out what is not known", () => {
		expect(mergeSamples([])).toBeNull();
		expect(mergeSamples([sample({ rtt4: null }), sample({ rtt4: 10 }), sample({ rtt4: 20 })])).toMatchObject({
			rx: 300,
			rtt4: 15,
			rtt6: null,
		});
	});
});

describe("resolution", () => {
	const keepS = { 1: 600, 10: 6 * 3600, 60: 48 * 3600, 3600: 60 * 86400, 86400: 730 * 86400 };

	test.each([
		[600, 600, 500, { source: 1, stepS: 2 }],
		[3600, 3600, 500, { source: 10, stepS: 10 }],
		[3600, 3600, 100, { source: 10, stepS: 40 }],
		[86400, 86400, 500, { source: 60, stepS: 180 }],
		[7 * 86400, 3600, 500, { source: 3600, stepS: 3600 }],
		[30 * 86400, 30 * 86400, 500, { source: 3600, stepS: 7200 }],
		[3650 * 86400, 3650 * 86400, 500, { source: 86400, stepS: 8 * 86400 }],
	] as const)("%i s ago, %i s long, %i points", (fromAgoS, spanS, points, wanted) => {
		expect(chooseResolution(fromAgoS, spanS, points, keepS)).toEqual(wanted);
	});

	test.each([
		["a year of a history of minutes is its seconds", 365 * 86400, { 10: 300 }, { source: 1, stepS: 1 }],
		[
			"of two days and a half: of which the finest are gone, and the first began at midnight",
			365 * 86400,
			{ 10: 6 * 3600, 60: 47 * 3600, 3600: 60 * 3600, 86400: 70 * 3600 },
			{ source: 3600, stepS: 3600 },
		],
		[
			"within what is known the finest must reach back",
			61 * 86400,
			{ 10: 6 * 3600, 60: 48 * 3600, 3600: 60 * 86400, 86400: 365 * 86400 },
			{ source: 86400, stepS: 86400 },
		],
		["nothing is known", 365 * 86400, {}, { source: 1, stepS: 1 }],
	] as const)("%s", (_, fromAgoS, agoS, wanted) => {
		const now = 1_760_000_000;
		const oldest = Object.fromEntries(Object.entries(agoS).map(([step, ago]) => [step, now - ago]));
		const { from, reachS } = findReach(now - fromAgoS, now, oldest);
		const spanS = Math.max(now - from, 1);
		expect(chooseResolution(now - from, spanS, 500, { 1: 600, ...reachS })).toEqual(wanted);
	});

	test("never more points than asked for", () => {
		for (let span = 1; span < 5e8; span = Math.ceil(span * 1.7))
			for (const points of [1, 7, MOST_POINTS]) {
				const { stepS } = chooseResolution(span, span, points, keepS);
				expect(Math.ceil(span / stepS)).toBeLessThanOrEqual(points);
			}
	});
});

describe("SQL in the real sqlite3", () => {
	const day = 1_760_000_000 - (1_760_000_000 % 86400);

	test("the first row of each step is found", () => {
		const rows = [30, 20]
			.map((ago) => buildInsert(day - ago, [{ uplink: "wan", sample: sample() }]))
			.join("");
		const [line = ""] = sqlite(`${rows}${buildRollUps(day - 60, day, UTC)}${buildOldest("wan")}`);
		expect(parseOldest(line)).toEqual({ 10: day - 30, 60: day - 60, 3600: day - 3600, 86400: day - 86400 });
		expect(parseOldest("|||")).toEqual({});
	});

	test("what is written comes back, with names that look like SQL", () => {
		const uplink = "o'); DROP TABLE sample;--";
		const sql =
			buildInsert(day, [{ uplink, sample: sample() }]) + buildQuery(uplink, 10, 10, day, day + 10, UTC);
		expect(sqlite(sql).map(parseRow)).toEqual([[day, sample()]]);
		expect(parseRow("1|2")).toBeNull();
		expect(parseRow("x|1|1|1|1|1|1|1|1")).toBeNull();
	});

	test("roll-ups hold the sum of bytes and the mean of the rest, also when a step is made twice", () => {
		let sql = "";
		for (let at = day; at < day + 7200; at += 10) {
			sql += buildInsert(at, [
				{ uplink: "wan", sample: sample({ rx: 10, rtt4: at % 60 === 0 ? null : 1000 }) },
			]);
			sql += buildRollUps(at, at + 10, UTC);
		}
		sql += buildRollUps(day, day + 7200, UTC);
		const minutes = sqlite(sql + buildQuery("wan", 60, 60, day, day + 7200, UTC)).map(parseRow);
		expect(minutes).toHaveLength(120);
		expect(minutes[0]).toEqual([day, sample({ rx: 60, tx: 60, rtt4: 1000 })]);
		const hours = sqlite(sql + buildQuery("wan", 3600, 3600, day, day + 7200, UTC)).map(parseRow);
		expect(hours.map((row) => row?.[1].rx)).toEqual([3600, 3600]);
	});

	test("what ended while the router was off is made when it is on again", () => {
		let sql = "";
		for (let at = day - 7200; at < day; at += 10)
			sql += buildInsert(at, [{ uplink: "wan", sample: sample({ rx: 1 }) }]);
		// Minutes as they were made until then, one hour, and then nothing for half a day.
		sql +=
			buildRollUps(day - 7200, day - 60, UTC) +
			buildRollUps(null, day - 30, UTC) +
			buildRollUps(null, day + 40_000, UTC);
		const days = sqlite(sql + buildQuery("wan", 86400, 86400, day - 86400, day + 1, UTC)).map(parseRow);
		expect(days).toEqual([[day - 86400, expect.objectContaining({ rx: 360 })]]);
	});

	test("days are those at home, also where the clock changes", () => {
		const zone = parseTimeZone("CET-1CEST,M3.5.0,M10.5.0/3") ?? UTC;
		const midnight = (month: number, date: number, offset: number) =>
			Date.UTC(2027, month, date) / 1000 - offset * 3600;
		// The 28th of March has 23 hours.
		const midnights = [midnight(2, 27, 1), midnight(2, 28, 1), midnight(2, 29, 2), midnight(2, 30, 2)];
		const [first = 0, , , last = 0] = midnights;
		let sql = "";
		for (let at = first; at < last; at += 3600)
			sql += `INSERT INTO sample(step,uplink,at,rx,tx) VALUES(3600,'wan',${at},1,0);\n`;
		for (let at = first; at < last; at += 3600) sql += buildRollUps(at, at + 3600, zone);
		const days = sqlite(sql + buildQuery("wan", 86400, 86400, first, last, zone)).map(parseRow);
		expect(days.map((row) => [row?.[0], row?.[1].rx])).toEqual([
			[midnights[0], 24],
			[midnights[1], 23],
			[midnights[2], 24],
		]);
		const both = sqlite(sql + buildQuery("wan", 86400, 10 * 86400, first, last, zone)).map(parseRow);
		expect(both.reduce((sum, row) => sum + (row?.[1].rx ?? 0), 0)).toBe(71);
		expect(both.length).toBeLessThan(3);
	});

	test("a query makes fewer points of many rows", () => {
		let sql = "";
		for (let at = day; at < day + 1000; at += 10)
			sql += buildInsert(at, [{ uplink: "wan", sample: sample() }]);
		const rows = sqlite(sql + buildQuery("wan", 10, 100, day, day + 1000, UTC)).map(parseRow);
		expect(rows).toHaveLength(10);
		expect(rows.reduce((sum, row) => sum + (row?.[1].rx ?? 0), 0)).toBe(100 * 100);
	});

	test("what is too old goes, and rows of a clock that was wrong", () => {
		const at = [day - 4000, day, day + 1e9];
		const keepS = { 10: 3600, 60: 3600, 3600: 3600, 86400: 3600 };
		const sql = at.map((one) => buildInsert(one, [{ uplink: "wan", sample: sample() }])).join("");
		expect(sqlite(`${sql}${buildPrune(day, keepS)}SELECT at FROM sample;\n`)).toEqual([String(day)]);
	});

	test("shrinking takes the oldest of the finest step, and the file gets smaller", () => {
		const sql = Array.from({ length: 5000 }, (_, i) =>
			buildInsert(day + 10 * i, [{ uplink: "wan", sample: sample() }]),
		);
		const [before, after, oldest] = sqlite(
			`${sql.join("")}${SIZE_SQL}${SHRINK_SQL}${SIZE_SQL}SELECT MIN(at) FROM sample;\n`,
		).map(Number);
		expect(after).toBeLessThan(0.85 * (before ?? 0));
		expect(oldest).toBeGreaterThan(day + 10_000);
	});
});

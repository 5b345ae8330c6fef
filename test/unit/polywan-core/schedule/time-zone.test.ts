import { execFileSync } from "node:child_process";
import {
	localTimeAt,
	momentOf,
	offsetAt,
	parseTimeZone,
	type TimeZone,
} from "polywan-core/schedule/time-zone";
import { describe, expect, test } from "vitest";

const BERLIN = "CET-1CEST,M3.5.0,M10.5.0/3";

function zone(text: string): TimeZone {
	const parsed = parseTimeZone(text);
	if (parsed === null) throw new Error(`${text} is no time zone`);
	return parsed;
}

/** What the C library of this machine says, minute by minute through two years. */
function offsetsOfLibc(text: string, moments: readonly number[]): number[] {
	const out = execFileSync("date", ["-f", "-", "+%z"], {
		input: moments.map((at) => `@${at}`).join("\n"),
		env: { ...process.env, TZ: text },
		encoding: "utf8",
	});
	return out
		.trim()
		.split("\n")
		.map((line) => {
			const minutes = Number(line.slice(1, 3)) * 60 + Number(line.slice(3, 5));
			return (line.startsWith("-") ? -minutes : minutes) * 60;
		});
}

describe("time zone", () => {
	test.each([
		BERLIN,
		"UTC",
		"GMT0BST,M3.5.0/1,M10.5.0",
		"EST5EDT,M3.2.0,M11.1.0",
		"EST5EDT",
		"AEST-10AEDT,M10.1.0,M4.1.0/3",
		"<+0330>-3:30",
		"<-03>3<-02>,M3.5.0/-2,M10.5.0/-1",
		"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
		"IST-1GMT0,M10.5.0,M3.5.0/1",
		"XXX3YYY,J60,J300/4",
		"XXX3YYY,59/0,300",
	])("%s: the same as the C library", (text) => {
		const from = Date.UTC(2023, 0, 1) / 1000;
		const moments = Array.from({ length: 2 * 366 * 24 * 2 }, (_, index) => from + index * 1800);
		const expected = offsetsOfLibc(text, moments);
		const parsed = zone(text);
		expect(moments.map((at) => offsetAt(parsed, at))).toEqual(expected);
	});

	test.each([
		"",
		"Europe/Berlin",
		"CET",
		"CET-1CEST,M3.5.0",
		"CET-25",
		"CET-1CEST,M13.5.0,M10.5.0",
		"CET-1 ",
	])("%j is refused", (text) => {
		expect(parseTimeZone(text)).toBeNull();
	});

	test("local time with its weekday", () => {
		const local = localTimeAt(zone(BERLIN), Date.UTC(2024, 6, 14, 22, 30, 5));
		expect(local).toEqual({ year: 2024, month: 7, day: 15, weekday: 1, hour: 0, minute: 30, second: 5 });
	});

	test("a time that is skipped, and one that comes twice", () => {
		expect(momentOf(zone(BERLIN), 2024, 3, 31, 2, 30)).toBe(Date.UTC(2024, 2, 31, 1, 0));
		expect(momentOf(zone(BERLIN), 2024, 10, 27, 2, 30)).toBe(Date.UTC(2024, 9, 27, 0, 30));
		expect(momentOf(zone(BERLIN), 2024, 12, 24, 18)).toBe(Date.UTC(2024, 11, 24, 17));
	});

	test("every moment is found again by what the clock shows", () => {
		const parsed = zone("AEST-10AEDT,M10.1.0,M4.1.0/3");
		for (let at = Date.UTC(2024, 0, 1); at < Date.UTC(2025, 0, 1); at += 7_200_000) {
			const { year, month, day, hour, minute, second } = localTimeAt(parsed, at);
			const found = momentOf(parsed, year, month, day, hour, minute, second);
			expect(found === at || found === at - 3_600_000).toBe(true);
		}
	});
});

import { expect, test } from "vitest";
import { median, Report, renderRow } from "../../bench/harness.ts";

test("a figure is judged by its bound", () => {
	const report = new Report();
	report.atMost("slow", 301, "ms", 300);
	report.atLeast("fast", 200, "Mbit/s", 200);
	report.measured("seen", 3, "");
	expect(report.rows.map(({ bound, holds }) => [bound, holds])).toEqual([
		["<= 300", false],
		[">= 200", true],
		[null, null],
	]);
});

test("rows are readable", () => {
	const row = { name: "detection", value: 123.456, unit: "ms", bound: "<= 300", holds: true };
	expect(renderRow(row).split(/\s{2,}/)).toEqual(["detection", "123.5 ms", "<= 300", "holds"]);
	expect(renderRow({ ...row, bound: null, holds: null })).toMatch(/123\.5 ms$/);
});

test("median", () => {
	expect(median([3, 1, 2])).toBe(2);
	expect(median([4, 1, 2, 3])).toBe(2.5);
	expect(median([])).toBeNaN();
});

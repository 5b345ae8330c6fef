import { expect, test } from "vitest";
import type { TestResult } from "../../../build/results-reporter.ts";
import {
	countResults,
	filesToTryAgain,
	parseResults,
	renderTally,
	replaceResults,
} from "../../../build/tally.ts";

const result = (state: TestResult["state"], file = "a.test.ts", name = "x"): TestResult => ({
	state,
	name,
	file,
});

test("counts results, and leaves out a line that was cut off", () => {
	const lines = [result("passed"), result("passed"), result("failed"), result("skipped")].map((line) =>
		JSON.stringify(line),
	);
	expect(countResults(parseResults(`${lines.join("\n")}\n{"state":"pas`))).toEqual({
		passed: 2,
		failed: 1,
		skipped: 1,
	});
	expect(countResults(parseResults(""))).toEqual({ passed: 0, failed: 0, skipped: 0 });
});

test("names skipped tests only when there are some", () => {
	expect(renderTally({ passed: 2, failed: 0, skipped: 0 })).toBe("2 passed, 0 failed");
	expect(renderTally({ passed: 2, failed: 1, skipped: 3 })).toBe("2 passed, 1 failed, 3 skipped");
});

test("tries a file once more, but not when many failed, nor for an error that belongs to none", () => {
	const results = [
		result("failed"),
		result("failed"),
		result("passed", "b.test.ts"),
		result("failed", "c.test.ts"),
	];
	expect(filesToTryAgain(results, 2)).toEqual(["a.test.ts", "c.test.ts"]);
	expect(filesToTryAgain(results, 1)).toEqual([]);
	expect(filesToTryAgain([...results, result("failed", "")], 2)).toEqual([]);
	expect(filesToTryAgain([result("passed")], 2)).toEqual([]);
});

test("a second run counts instead of the first, and what failed before is marked", () => {
	const first = [result("failed"), result("passed", "a.test.ts", "y"), result("passed", "b.test.ts")];
	const second = [result("passed"), result("failed", "a.test.ts", "y")];
	expect(replaceResults(first, "a.test.ts", second)).toEqual([
		result("passed", "b.test.ts"),
		{ ...result("passed"), retried: true },
		result("failed", "a.test.ts", "y"),
	]);
});

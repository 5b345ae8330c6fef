import { expect, test } from "vitest";
import { countResults, renderTally } from "../../../build/tally.ts";

test("counts results, and leaves out a line that was cut off", () => {
	const lines = ["passed", "passed", "failed", "skipped"].map((state) =>
		JSON.stringify({ state, name: "x" }),
	);
	expect(countResults(`${lines.join("\n")}\n{"state":"pas`)).toEqual({ passed: 2, failed: 1, skipped: 1 });
	expect(countResults("")).toEqual({ passed: 0, failed: 0, skipped: 0 });
});

test("names skipped tests only when there are some", () => {
	expect(renderTally({ passed: 2, failed: 0, skipped: 0 })).toBe("2 passed, 0 failed");
	expect(renderTally({ passed: 2, failed: 1, skipped: 3 })).toBe("2 passed, 1 failed, 3 skipped");
});

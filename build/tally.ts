import type { TestResult } from "./results-reporter.ts";

/** How many tests ended how. */
export interface Tally {
	passed: number;
	failed: number;
	skipped: number;
}

/** Counts the lines a ResultsReporter wrote; a last line that was cut off is no result. */
export function countResults(lines: string): Tally {
	const tally = { passed: 0, failed: 0, skipped: 0 };
	for (const line of lines.split("\n").slice(0, -1)) tally[(JSON.parse(line) as TestResult).state]++;
	return tally;
}

/** "12 passed, 0 failed", and ", 3 skipped" when some were. */
export function renderTally({ passed, failed, skipped }: Tally): string {
	return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

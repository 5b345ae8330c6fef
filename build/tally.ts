import type { TestResult } from "./results-reporter.ts";

/** How many tests ended how. */
export interface Tally {
	passed: number;
	failed: number;
	skipped: number;
}

/** The lines a ResultsReporter wrote; a last line that was cut off is no result. */
export function parseResults(lines: string): TestResult[] {
	return lines
		.split("\n")
		.slice(0, -1)
		.map((line) => JSON.parse(line) as TestResult);
}

export function countResults(results: readonly TestResult[]): Tally {
	const tally: Tally = { passed: 0, failed: 0, skipped: 0 };
	for (const { state } of results) tally[state]++;
	return tally;
}

/** The files to try once more, or none: an error of no file, or more files than this, is no accident. */
export function filesToTryAgain(results: readonly TestResult[], most: number): string[] {
	const files = new Set(results.filter(({ state }) => state === "failed").map(({ file }) => file));
	return files.has("") || files.size > most ? [] : [...files];
}

/** What a file's second run says instead of its first; a test that failed in the first is marked. */
export function replaceResults(
	first: readonly TestResult[],
	file: string,
	second: readonly TestResult[],
): TestResult[] {
	const failedBefore = new Set(
		first.filter((result) => result.file === file && result.state === "failed").map(({ name }) => name),
	);
	return [
		...first.filter((result) => result.file !== file),
		...second.map(
			(result): TestResult => (failedBefore.has(result.name) ? { ...result, retried: true } : result),
		),
	];
}

/** "12 passed, 0 failed", and ", 3 skipped" when some were. */
export function renderTally({ passed, failed, skipped }: Tally): string {
	return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

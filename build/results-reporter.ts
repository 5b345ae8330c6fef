import { appendFileSync } from "node:fs";
import { relative } from "node:path";
import type { Reporter, SerializedError, TestCase, TestModule, TestSuite } from "vitest/node";

/** One line of the results file, JSON: a test that ended, or an error outside of any test (counts as failed). */
export interface TestResult {
	state: "passed" | "failed" | "skipped";
	name: string;
	/** Of the test, from the project's root; empty for an error that belongs to none. */
	file: string;
	/** Failed before it passed. */
	retried?: true;
}

/** Appends each result to a file as it comes, so that a run that is cut short can still be counted. */
export class ResultsReporter implements Reporter {
	readonly path: string;

	constructor(path: string) {
		this.path = path;
	}

	onTestCaseResult(test: TestCase): void {
		const { state } = test.result();
		this.write({
			state: state === "pending" ? "failed" : state,
			name: test.fullName,
			file: test.module.relativeModuleId,
			...(test.diagnostic()?.flaky && { retried: true }),
		});
	}

	onTestSuiteResult(suite: TestSuite): void {
		if (suite.errors().length > 0)
			this.write({ state: "failed", name: suite.fullName, file: suite.module.relativeModuleId });
	}

	onTestModuleEnd(module: TestModule): void {
		const file = module.relativeModuleId;
		if (module.errors().length > 0) this.write({ state: "failed", name: file, file });
	}

	onTestRunEnd(_: readonly TestModule[], errors: readonly SerializedError[]): void {
		for (const { message, VITEST_TEST_PATH: path } of errors)
			this.write({
				state: "failed",
				name: message,
				file: typeof path === "string" ? relative("", path) : "",
			});
	}

	private write(result: TestResult): void {
		appendFileSync(this.path, `${JSON.stringify(result)}\n`);
	}
}

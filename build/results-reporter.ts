import { appendFileSync } from "node:fs";
import type { Reporter, TestCase, TestModule, TestSuite } from "vitest/node";

/** One line of the results file, JSON: a test that ended, or an error outside of any test (counts as failed). */
export interface TestResult {
	state: "passed" | "failed" | "skipped";
	name: string;
}

/** Appends each result to a file as it comes, so that a run that is cut short can still be counted. */
export class ResultsReporter implements Reporter {
	readonly path: string;

	constructor(path: string) {
		this.path = path;
	}

	onTestCaseResult(test: TestCase): void {
		const { state } = test.result();
		this.write(state === "pending" ? "failed" : state, test.fullName);
	}

	onTestSuiteResult(suite: TestSuite): void {
		if (suite.errors().length > 0) this.write("failed", suite.fullName);
	}

	onTestModuleEnd(module: TestModule): void {
		if (module.errors().length > 0) this.write("failed", module.relativeModuleId);
	}

	private write(state: TestResult["state"], name: string): void {
		appendFileSync(this.path, `${JSON.stringify({ state, name } satisfies TestResult)}\n`);
	}
}

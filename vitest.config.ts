import { defineConfig } from "vitest/config";
import { ResultsReporter } from "./build/results-reporter.ts";

const resultsPath = process.env.POLYWAN_TEST_RESULTS;

/** The lab comes after everything else: it mostly waits for things to happen in networks of its own, three sites at a time. */
export default defineConfig({
	test: {
		pool: "forks",
		maxWorkers: 2,
		reporters: resultsPath ? ["default", new ResultsReporter(resultsPath)] : ["default"],
		testTimeout: 20_000,
		hookTimeout: 60_000,
		teardownTimeout: 20_000,
		projects: [
			{
				extends: true,
				test: {
					name: "unit",
					include: ["test/unit/**/*.test.ts", "test/golden/**/*.test.ts", "test/fuzz/**/*.test.ts"],
					sequence: { groupOrder: 0 },
				},
			},
			{
				extends: true,
				test: {
					name: "built",
					include: ["test/runtime/**/*.test.ts", "test/package/**/*.test.ts"],
					testTimeout: 60_000,
					sequence: { groupOrder: 0 },
				},
			},
			{
				extends: true,
				test: {
					name: "lab",
					include: ["test/openwrt/**/*.test.ts", "test/lab/**/*.test.ts", "test/browser/**/*.test.ts"],
					// Every wait has its own limit, and a test has several.
					testTimeout: 180_000,
					hookTimeout: 180_000,
					maxWorkers: 3,
					// Three sites on two cores: what passes at the second try only is shown as such, and is to be looked into.
					retry: 1,
					sequence: { groupOrder: 1 },
				},
			},
		],
	},
});

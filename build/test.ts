import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { printChecks, runChecks } from "./check.ts";
import { prepare } from "./prepare.ts";
import { root, runAsProgram } from "./program.ts";
import type { TestResult } from "./results-reporter.ts";
import {
	countResults,
	filesToTryAgain,
	parseResults,
	renderTally,
	replaceResults,
	type Tally,
} from "./tally.ts";

/** After this the tests that still run are ended and the run counts as failed. */
const vitestLimitMs = 40 * 60_000;

/** So many files may fail and be tried once more; when more do, something is broken. */
const mostToTryAgain = 4;

/** As a pattern for names of tests: each is skipped, and nothing is set up for them. */
const matchesNothing = "(?!)";

const vitest = [process.execPath, join(root, "node_modules/vitest/vitest.mjs")];

/** Checks, set-up and build, then every test; the last line printed is the tally. */
async function main(filters: string[]): Promise<number> {
	const tally: Tally = { passed: 0, failed: 0, skipped: 0 };
	const count = (passed: boolean) => tally[passed ? "passed" : "failed"]++;
	const checks = await runChecks();
	printChecks(checks);
	for (const { passed } of checks) count(passed);
	const built = await builds();
	count(built);
	const projects = built ? ["unit", "built"] : ["unit"];
	let results: TestResult[];
	if (isRoot()) {
		if (built) projects.push("lab");
		results = await runTwice(projects, filters);
	} else {
		results = await runTwice(projects, [...filters, "--passWithNoTests"]);
		console.log("not root: the tests that need network namespaces are skipped");
		results.push(...(await runVitest(["lab"], [...filters, "--passWithNoTests", "-t", matchesNothing])));
	}
	add(tally, countResults(results));
	for (const { name, file, state, retried } of results)
		if (state === "passed" && retried) console.log(`passed at the second try only: ${file}: ${name}`);
	console.log(renderTally(tally));
	return tally.failed === 0 ? 0 : 1;
}

async function builds(): Promise<boolean> {
	try {
		await prepare();
		return true;
	} catch (error) {
		console.error(error instanceof Error ? error.message : error);
		console.error("the build failed: only tests that need nothing built are run");
		return false;
	}
}

/**
 * Three sites on two cores, with a browser: a file that failed is run once more with the machine to itself, and that counts.
 * What only then passes is named at the end, to be looked into.
 */
async function runTwice(projects: readonly string[], filters: readonly string[]): Promise<TestResult[]> {
	let results = await runVitest(projects, filters);
	for (const file of filesToTryAgain(results, mostToTryAgain)) {
		console.log(`${file} failed: once more, alone`);
		results = replaceResults(results, file, await runVitest(projects, [file]));
	}
	return results;
}

/** Runs the tests of these vitest projects in a process group of their own, which is killed when it takes too long. */
async function runVitest(projects: readonly string[], filters: readonly string[]): Promise<TestResult[]> {
	const results = join(root, ".cache", `test-results-${process.pid}.jsonl`);
	mkdirSync(join(root, ".cache"), { recursive: true });
	const [program = "", ...args] = [
		...vitest,
		"run",
		...projects.flatMap((name) => ["--project", name]),
		...filters,
	];
	const child = spawn(program, args, {
		cwd: root,
		env: { ...process.env, POLYWAN_TEST_RESULTS: results },
		stdio: ["ignore", "inherit", "inherit"],
		detached: true,
	});
	const kill = (signal: NodeJS.Signals) => {
		if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, signal);
	};
	const interrupted = () => kill("SIGTERM");
	process.on("SIGINT", interrupted).on("SIGTERM", interrupted);
	let cutShort = false;
	const watchdog = setTimeout(() => {
		cutShort = true;
		console.error(`the tests were not done after ${vitestLimitMs / 60_000} minutes and are ended`);
		kill("SIGKILL");
	}, vitestLimitMs);
	const exitCode = await new Promise<number>((resolve) => child.on("close", (code) => resolve(code ?? -1)));
	clearTimeout(watchdog);
	process.off("SIGINT", interrupted).off("SIGTERM", interrupted);
	const ended = parseResults(existsSync(results) ? readFileSync(results, "utf8") : "");
	rmSync(results, { force: true });
	// No test at all, or a killed run: neither has a line of its own.
	if (cutShort || (exitCode !== 0 && ended.every(({ state }) => state !== "failed")))
		ended.push({ state: "failed", name: "the run itself", file: "" });
	return ended;
}

function add(tally: Tally, more: Tally): void {
	tally.passed += more.passed;
	tally.failed += more.failed;
	tally.skipped += more.skipped;
}

function isRoot(): boolean {
	return process.getuid?.() === 0;
}

runAsProgram("test", main);

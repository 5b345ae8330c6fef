import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "./command.ts";
import { findImportCircles } from "./import-circles.ts";
import { checkLayering, renderViolation } from "./layering.ts";
import { root, runAsProgram } from "./program.ts";

/** One check of the sources: what it is, whether it passed, what it has to say, how long it took. */
export interface Check {
	name: string;
	passed: boolean;
	output: string;
	tookMs: number;
}

/** Runs every check of the sources at once. */
export function runChecks(): Promise<Check[]> {
	return Promise.all([
		timed("types", () => tool("typescript/bin/tsc", ["--build", ...typeProjects()])),
		timed("lint and format", () =>
			tool("@biomejs/biome/bin/biome", ["ci", "--error-on-warnings", "--colors=off"]),
		),
		timed("layering", async () => {
			const violations = [...checkLayering(root), ...findImportCircles(root)];
			return { passed: violations.length === 0, output: violations.map(renderViolation).join("\n") };
		}),
	]);
}

/** Prints a line for each check, and all the output of those that failed. */
export function printChecks(checks: readonly Check[]): void {
	for (const { name, passed, output, tookMs } of checks) {
		if (!passed) console.error(output.trimEnd());
		console.error(
			`check: ${name.padEnd(16)} ${passed ? "passed" : "FAILED"} ${(tookMs / 1000).toFixed(1)} s`,
		);
	}
}

/** The TypeScript projects; a project without a source is an error to tsc, so it is left out. */
function typeProjects(): string[] {
	const projects = [
		{ folder: "package", config: "package/tsconfig.json" },
		// Without the runtime's globals: what is pure has no timer, no clock and no console to call.
		{ folder: "package/polywan-core", config: "package/tsconfig.pure.json" },
		{ folder: "build", config: "build/tsconfig.json" },
		{ folder: "ui/src", config: "ui/tsconfig.json" },
		{ folder: "test/runtime/programs", config: "test/tsconfig.programs.json" },
	];
	return projects.filter(({ folder }) => hasSources(folder)).map(({ config }) => config);
}

function hasSources(folder: string): boolean {
	const path = join(root, folder);
	return (
		existsSync(path) && readdirSync(path, { recursive: true }).some((name) => /\.tsx?$/.test(String(name)))
	);
}

async function tool(script: string, args: readonly string[]): Promise<{ passed: boolean; output: string }> {
	const { exitCode, output } = await runCommand([
		process.execPath,
		join(root, "node_modules", script),
		...args,
	]);
	return { passed: exitCode === 0, output };
}

async function timed(name: string, run: () => Promise<{ passed: boolean; output: string }>): Promise<Check> {
	const startMs = performance.now();
	const result = await run();
	return { name, ...result, tookMs: performance.now() - startMs };
}

runAsProgram("check", async () => {
	const checks = await runChecks();
	printChecks(checks);
	return checks.every(({ passed }) => passed) ? 0 : 1;
});

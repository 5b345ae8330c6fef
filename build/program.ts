import { resolve } from "node:path";

/** The repository; build/run.mjs starts every program there and vitest runs there. */
export const root = process.cwd();

/**
 * Runs `main` when build/<name>.ts is the program that was started (`node build/run.mjs <name>`), not when another
 * program imports it. `main` gets the arguments and gives the exit code.
 */
export function runAsProgram(name: string, main: (args: string[]) => Promise<number>): void {
	if (process.argv[1] !== resolve(root, "build", `${name}.ts`)) return;
	main(process.argv.slice(2)).then(
		(exitCode) => {
			process.exitCode = exitCode;
		},
		(error: unknown) => {
			console.error(`npm run ${name}: ${error instanceof Error ? error.message : String(error)}`);
			if (process.env.DEBUG && error instanceof Error) console.error(error.stack);
			process.exitCode = 1;
		},
	);
}

/** Runs one step and prints a line on stderr with the time it took, or that it failed. */
export async function step<T>(title: string, run: () => Promise<T>): Promise<T> {
	const startMs = performance.now();
	const tookSeconds = () => ((performance.now() - startMs) / 1000).toFixed(1);
	try {
		const result = await run();
		console.error(`${title.padEnd(40)} ${tookSeconds().padStart(6)} s`);
		return result;
	} catch (error) {
		console.error(`${title.padEnd(40)} ${tookSeconds().padStart(6)} s  FAILED`);
		throw error;
	}
}

import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";

export interface RunOptions {
	input?: string | Uint8Array;
	/** Default 30 000; then the command gets SIGTERM, a second later SIGKILL, and the promise rejects. */
	timeoutMs?: number;
	env?: Record<string, string>;
}

export interface RunResult {
	/** Exit code; 128 + number when a signal ended it. */
	code: number;
	stdout: string;
	stderr: string;
}

export interface SpawnOptions {
	env?: Record<string, string>;
	/** As of node:child_process; default pipes for all three. */
	stdio?: StdioOptions;
}

/** The environment of commands in the lab: nothing of the test's own. */
export const cleanEnvironment: Record<string, string> = {
	PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
	HOME: "/root",
	LC_ALL: "C",
};

export function spawnCommand(argv: readonly string[], options: SpawnOptions = {}): ChildProcess {
	const [program = "", ...args] = argv;
	return spawn(program, args, {
		env: { ...cleanEnvironment, ...options.env },
		stdio: options.stdio ?? "pipe",
		detached: true,
	});
}

/** Runs a command to its end and collects what it prints. Rejects when it cannot be started or takes too long. */
export function runCommand(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
	const { timeoutMs = 30_000 } = options;
	return new Promise((resolve, reject) => {
		const child = spawnCommand(argv, options.env ? { env: options.env } : {});
		const stdout: Buffer[] = [];
		const stderr: Buffer[] = [];
		const deadline = setTimeout(() => endForGood(child), timeoutMs);
		let late = false;
		deadline.unref();
		child.stdout?.on("data", (chunk: Buffer) => stdout.push(chunk));
		child.stderr?.on("data", (chunk: Buffer) => stderr.push(chunk));
		// A command that does not read its input closes the pipe: not an error.
		child.stdin?.on("error", () => {});
		child.stdin?.end(options.input);
		child.on("error", (error) => reject(new Error(`cannot run ${argv[0]}: ${error.message}`)));
		child.on("close", (code) => {
			clearTimeout(deadline);
			const result = {
				code: code ?? -1,
				stdout: Buffer.concat(stdout).toString(),
				stderr: Buffer.concat(stderr).toString(),
			};
			if (late)
				reject(new Error(`${argv.join(" ")}: not done in ${timeoutMs} ms\n${result.stdout}${result.stderr}`));
			else resolve(result);
		});
		function endForGood(running: ChildProcess): void {
			late = true;
			running.kill("SIGTERM");
			setTimeout(() => running.kill("SIGKILL"), 1000).unref();
		}
	});
}

/** As runCommand; an exit code other than 0 is an error with the command's own words. */
export async function mustRun(argv: readonly string[], options: RunOptions = {}): Promise<string> {
	const { code, stdout, stderr } = await runCommand(argv, options);
	if (code !== 0) throw new Error(`${argv.join(" ")}: exit code ${code}\n${stderr}${stdout}`);
	return stdout;
}

import { spawn } from "node:child_process";
import { root } from "./program.ts";

/** What a command printed (stdout and stderr as they came) and how it ended; -1 when a signal ended it. */
export interface CommandResult {
	exitCode: number;
	output: string;
}

/** Runs a command in the repository and collects what it prints. Rejects when it cannot be started. */
export function runCommand(argv: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CommandResult> {
	const [program = "", ...args] = argv;
	return new Promise((resolve, reject) => {
		const child = spawn(program, args, {
			cwd: root,
			env: { ...process.env, ...env },
			stdio: ["ignore", "pipe", "pipe"],
		});
		const chunks: Buffer[] = [];
		child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
		child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
		child.on("error", (error) => reject(new Error(`cannot run ${program}: ${error.message}`)));
		child.on("close", (code) => resolve({ exitCode: code ?? -1, output: Buffer.concat(chunks).toString() }));
	});
}

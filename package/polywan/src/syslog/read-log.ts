import { type LogLine, parseLogLine } from "polywan-core/tool/log-line";
import { spawn } from "polywan-runtime/process";
import { hasTool } from "../apply/tool.ts";

const TIMEOUT_MS = 10_000;
const MOST_OUTPUT_BYTES = 1024 * 1024;
/** Programs of ours begin so. */
const OWN = /^polywan/;

/** What polywan and its companions wrote to the system log, the oldest first. Null: there is no logread. */
export async function readLog(): Promise<readonly LogLine[] | null> {
	if (!hasTool("logread")) return null;
	// OpenWrt's own tells milliseconds with -t; that of another log daemon may not know it.
	const text = (await run(["logread", "-t", "-e", "polywan"])) ?? (await run(["logread"])) ?? "";
	return text
		.split("\n")
		.filter((line) => line !== "")
		.map(parseLogLine)
		.filter(({ level, program, message }) => (level === null ? /polywan/.test(message) : OWN.test(program)));
}

async function run(argv: readonly string[]): Promise<string | null> {
	const child = spawn(argv, { timeoutMs: TIMEOUT_MS, maxOutputBytes: MOST_OUTPUT_BYTES });
	const { exitCode, stdout } = await child.done;
	// grep's 1, which some logread are made of, is no line at all.
	return exitCode === 0 || (exitCode === 1 && stdout.length > 0) ? new TextDecoder().decode(stdout) : null;
}

import { spawn } from "polywan-runtime/process";
import type { Notice } from "./notice.ts";

const TIMEOUT_MS = 30_000;

/** Runs a program with the notice as JSON on its standard input; rejects unless it ends with 0. */
export async function runScript(program: string, notice: Notice): Promise<void> {
	const child = spawn([program], {
		input: `${JSON.stringify(notice)}\n`,
		timeoutMs: TIMEOUT_MS,
		maxOutputBytes: 4096,
	});
	const { exitCode, signal, timedOut, stderr } = await child.done;
	if (exitCode === 0) return;
	const said = new TextDecoder().decode(stderr).trim().split("\n").at(-1) ?? "";
	const how = timedOut ? `took longer than ${TIMEOUT_MS / 1000} s` : `ended with ${exitCode ?? signal}`;
	throw new Error(`${program} ${how}${said === "" ? "" : `: ${said}`}`);
}

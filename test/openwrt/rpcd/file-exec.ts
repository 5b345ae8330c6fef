import { spawn } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import type { UbusError } from "ubus-js/bus";
import type { BlobTable } from "ubus-js/codec";
import { optionalList, optionalTable, refuse, text } from "./argument.ts";
import { canonicalPath } from "./file-path.ts";

const EXEC_TIMEOUT_MS = 30_000;
const LARGEST_OUTPUT_BYTES = 256 * 1024;
const DEFAULT_PATH = "/bin:/usr/bin:/sbin:/usr/sbin";

/**
 * `file.exec`: runs a program if the caller may run it, or may run exactly this command line. Rejects with TIMEOUT
 * after 30 s and NOT_SUPPORTED for too much output.
 */
export function runExec(args: BlobTable, mayRun: (commandLine: string) => boolean): Promise<BlobTable> {
	const command = text(args, "command");
	const environment = optionalTable(args, "env");
	if (environment && args.ubus_rpc_session !== undefined) throw refuse("permissionDenied");
	const program = findProgram(command);
	if (!program) throw refuse("notFound");
	const params = (optionalList(args, "params") ?? []).filter((each) => typeof each === "string");
	if (!mayRun(program) && !(args.params !== undefined && mayRun([program, ...params].join(" ")))) {
		throw refuse("permissionDenied");
	}
	return run(program, params, environment);
}

function findProgram(command: string): string | null {
	const inPath = (process.env.PATH ?? DEFAULT_PATH).split(":").map((dir) => `${dir}/${command}`);
	const found = [command, ...inPath].find((path) => existsSync(path) && statSync(path).isFile());
	return found === undefined ? null : canonicalPath(found);
}

function run(
	program: string,
	params: readonly string[],
	environment: BlobTable | undefined,
): Promise<BlobTable> {
	const extra = Object.entries(environment ?? {}).filter(([, value]) => typeof value === "string");
	const child = spawn(program, params, {
		stdio: ["ignore", "pipe", "pipe"],
		env: { ...process.env, ...Object.fromEntries(extra) } as NodeJS.ProcessEnv,
	});
	const output = { stdout: collect(child.stdout), stderr: collect(child.stderr) };
	return new Promise((resolve, reject) => {
		const stop = (error: UbusError) => {
			child.kill("SIGKILL");
			reject(error);
		};
		const timer = setTimeout(() => stop(refuse("timeout")), EXEC_TIMEOUT_MS);
		for (const stream of [child.stdout, child.stderr]) {
			stream.on("data", () => isTooLong(output) && stop(refuse("notSupported")));
		}
		child.on("error", () => reject(refuse("unknown")));
		child.on("close", (code) => {
			clearTimeout(timer);
			const { stdout, stderr } = { stdout: output.stdout(), stderr: output.stderr() };
			resolve({ code: code ?? 0, ...(stdout && { stdout }), ...(stderr && { stderr }) });
		});
	});
}

function isTooLong(output: { stdout(): string; stderr(): string }): boolean {
	return output.stdout().length > LARGEST_OUTPUT_BYTES || output.stderr().length > LARGEST_OUTPUT_BYTES;
}

function collect(stream: NodeJS.ReadableStream): () => string {
	const chunks: Buffer[] = [];
	stream.on("data", (chunk: Buffer) => chunks.push(chunk));
	return () => Buffer.concat(chunks).toString();
}

import { writeAll } from "polywan:descriptor";
import * as native from "polywan:program";
import { checkResult, isError } from "./error.ts";

/** The arguments, without the program's own name. */
export const args: readonly string[] = native.programArguments();
/** The path the program was started by. */
export const programPath: string = native.path();
/** The build of the runtime; bytecode runs on the build alone that compiled it. */
export const buildId: string = native.buildId();

const encoder = new TextEncoder();

/** An environment variable, undefined when it is not set. */
export function env(name: string): string | undefined {
	const start = `${name}=`;
	return native
		.environment()
		.find((entry) => entry.startsWith(start))
		?.slice(start.length);
}

/** Ends the program at once. 70 (EX_SOFTWARE of sysexits.h) is what an uncaught error gives. */
export function exit(code: number): never {
	return native.exit(code);
}

export function pid(): number {
	return native.pid();
}

export function isTerminal(fd: number): boolean {
	return native.isTerminal(fd);
}

/** The size of the terminal, null when the descriptor is none or does not know. */
export function terminalSize(fd: number): { columns: number; rows: number } | null {
	return native.terminalSize(fd);
}

/** Writes all of it, waiting where it must. Where nobody reads any more the program ends, as SIGPIPE would do (exit code 141). */
export function writeStdout(data: string | Uint8Array): void {
	const result = writeAll(1, typeof data === "string" ? encoder.encode(data) : data);
	if (isError(result, "EPIPE")) exit(141);
	checkResult(result, "write", () => "write to standard output");
}

/** Writes all of it, waiting where it must. Nobody reading is no error. */
export function writeStderr(data: string | Uint8Array): void {
	writeAll(2, typeof data === "string" ? encoder.encode(data) : data);
}

/** Frees reference cycles now, for example after a large reload. */
export function collectGarbage(): void {
	native.collectGarbage();
}

/** Bytes the program's values take. Walks all of them: for tests and reports. */
export function heapBytes(): number {
	return native.heapBytes();
}

/** How many processors this machine has at work. */
export function processorCount(): number {
	return native.processors();
}

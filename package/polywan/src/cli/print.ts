import { writeStderr, writeStdout } from "polywan-runtime/program";

export function print(text: string): void {
	writeStdout(text.endsWith("\n") || text === "" ? text : `${text}\n`);
}

export function printJson(value: unknown): void {
	writeStdout(`${JSON.stringify(value, null, 2)}\n`);
}

export function complain(message: string): void {
	writeStderr(`polywan: ${message}\n`);
}

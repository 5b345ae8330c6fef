import { writeStdout } from "polywan-runtime/program";

/** Runs one case of a program that is a test, and prints what came of it: "ok <name>" or "FAIL <name>" and why. */
export async function check(name: string, body: () => void | Promise<void>): Promise<void> {
	try {
		await body();
		writeStdout(`ok ${name}\n`);
	} catch (error) {
		const reason =
			error instanceof Error ? `${error.name}: ${error.message}\n${error.stack ?? ""}` : String(error);
		writeStdout(`FAIL ${name}\n${reason}\n`);
	}
}

/** Throws when the values differ as JSON. */
export function equal(found: unknown, wanted: unknown): void {
	const [foundText, wantedText] = [JSON.stringify(found), JSON.stringify(wanted)];
	if (foundText !== wantedText) throw new Error(`found ${foundText}, wanted ${wantedText}`);
}

export function ensure(holds: boolean, what: string): void {
	if (!holds) throw new Error(`not so: ${what}`);
}

/** The error that the action throws. */
export function errorOf(action: () => unknown): Error & { code?: string; syscall?: string } {
	try {
		action();
	} catch (error) {
		if (error instanceof Error) return error;
	}
	throw new Error("nothing was thrown");
}

/** A promise that ends by a call. */
export function pending<Value = void>(): { promise: Promise<Value>; resolve: (value: Value) => void } {
	let resolve: (value: Value) => void = () => {};
	const promise = new Promise<Value>((done) => {
		resolve = done;
	});
	return { promise, resolve };
}

/** How much to do: "small" where every instruction is emulated or checked. */
export function amount(full: number, small: number, args: readonly string[]): number {
	return args.includes("small") ? small : full;
}

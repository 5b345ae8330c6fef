import type { RunResult } from "./command.ts";

/** Address that a server sees when `who` opens a connection to it; or curl's exit code: 7 refused at once, 28 too late. */
export async function seenFrom(
	who: { run(argv: readonly string[]): Promise<RunResult> },
	address: string,
	...before: readonly string[]
): Promise<string | number | null> {
	const host = address.includes(":") ? `[${address}]` : address;
	const { code, stdout } = await who.run([...before, "curl", "-s", "-g", "-m", "5", `http://${host}/`]);
	return code === 0 ? stdout.trim() : code;
}

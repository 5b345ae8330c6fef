import { exec } from "polywan:exec";
import { environment } from "polywan:program";
import { checkResult } from "./error.ts";
import { env } from "./program.ts";

export interface ExecOptions {
	/** Set beside the program's own environment. */
	readonly env?: Readonly<Record<string, string>>;
	/** Real, effective and saved group, and the only supplementary one. */
	readonly gid?: number;
}

/**
 * Becomes another program: same process, same terminal, same standard streams. One without a slash is searched in PATH.
 * Throws SystemError when it cannot be started: ENOENT, EACCES, EPERM (gid)…
 */
export function replaceProgram(argv: readonly string[], options: ExecOptions = {}): never {
	const set = options.env ?? {};
	const kept = environment().filter((entry) => !((entry.split("=", 1)[0] ?? "") in set));
	const values = [...kept, ...Object.entries(set).map(([name, value]) => `${name}=${value}`)];
	const result = exec(candidatePaths(argv[0] ?? ""), argv, values, options.gid ?? -1);
	checkResult(result, "exec", () => `start ${argv.join(" ")}`);
	throw new Error("exec came back");
}

function candidatePaths(program: string): string[] {
	if (program.includes("/") || program === "") return [program];
	const path = env("PATH") ?? "/usr/sbin:/usr/bin:/sbin:/bin";
	return path.split(":").map((folder) => `${folder || "."}/${program}`);
}

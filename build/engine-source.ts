// The engine's source: the pinned tarball with the patches of package/runtime/patches.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { fetchSource, pinnedSource } from "./source.ts";

const patchFolder = join("package", "runtime", "patches");

/** What of it the runtime is built of; quickjs-libc has a loop of its own, which starves sockets. */
export const engineFiles = ["quickjs.c", "cutils.c", "dtoa.c", "libregexp.c", "libunicode.c"] as const;

export const engineVersion = pinnedSource("quickjs").version.replace(/-\d+$/, "");

/** Changes when the source or a patch does. Reads no engine source. */
export function engineHash(): string {
	const hash = createHash("sha256").update(pinnedSource("quickjs").sha256);
	for (const path of patches()) hash.update(readFileSync(path));
	return hash.digest("hex").slice(0, 16);
}

/** The folder of the patched source, fetched and unpacked when it is not there. */
export function unpackEngine(): string {
	const folder = join(".cache", "engine", engineHash());
	if (existsSync(folder)) return folder;
	const tarball = fetchSource("quickjs");
	mkdirSync(join(".cache", "engine"), { recursive: true });
	const work = mkdtempSync(join(".cache", "engine", "work-"));
	try {
		runStep("tar", ["xJf", resolve(tarball), "--strip-components=1"], work);
		for (const path of patches()) runStep("git", ["apply", resolve(path)], work);
		if (!existsSync(folder)) renameSync(work, folder);
	} finally {
		rmSync(work, { recursive: true, force: true });
	}
	return folder;
}

function patches(): string[] {
	const names = readdirSync(patchFolder).filter((name) => name.endsWith(".patch"));
	return names.sort().map((name) => join(patchFolder, name));
}

/** Throws with what the tool said. git must not take the folder for a part of the project, whose paths a patch does not name. */
export function runStep(tool: string, args: string[], cwd: string): void {
	const env = { ...process.env, GIT_CEILING_DIRECTORIES: resolve(cwd, "..") };
	const step = spawnSync(tool, args, { cwd, env, encoding: "utf8" });
	if (step.error || step.status !== 0)
		throw new Error(`${tool} ${args.join(" ")} failed: ${step.error?.message ?? step.stderr}`);
}

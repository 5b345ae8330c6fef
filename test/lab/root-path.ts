import { mkdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";

/** Linux gives up after as many (path_resolution(7)). */
const mostLinks = 40;

/** Where `path` of a root file system is, from outside: symbolic links count from `root`, as they do inside. */
export function resolveInRoot(root: string, path: string): string {
	let left = path.split("/").filter(Boolean);
	let resolved = "/";
	let links = 0;
	while (left.length > 0) {
		const [name = "", ...rest] = left;
		left = rest;
		const next = posix.join(resolved, name);
		const target = linkTarget(join(root, next));
		if (target === null) {
			resolved = next;
			continue;
		}
		links += 1;
		if (links > mostLinks) throw new Error(`${path} in ${root}: too many symbolic links`);
		if (target.startsWith("/")) resolved = "/";
		left = [...target.split("/").filter(Boolean), ...left];
	}
	return join(root, resolved);
}

export function readInRoot(root: string, path: string): string {
	return readFileSync(resolveInRoot(root, path), "utf8");
}

/** Makes missing directories. */
export function writeInRoot(root: string, path: string, data: string | Uint8Array, mode: number): void {
	const target = resolveInRoot(root, path);
	mkdirSync(dirname(target), { recursive: true });
	writeFileSync(target, data, { mode });
}

function linkTarget(path: string): string | null {
	try {
		return readlinkSync(path);
	} catch {
		return null;
	}
}

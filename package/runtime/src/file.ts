import { close } from "polywan:descriptor";
import * as native from "polywan:file";
import { checkResult, isError } from "./error.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

export interface FileStatus {
	readonly size: number;
	/** Permission bits, as 0o644. */
	readonly mode: number;
	/** Since 1970, with a fraction. */
	readonly mtimeMs: number;
	readonly isDirectory: boolean;
	readonly isFile: boolean;
	readonly inode: number;
}

/** The whole file. Throws SystemError. */
export function readFile(path: string): Uint8Array {
	return checkResult(native.read(path), "read", () => `read ${path}`);
}

/** The whole file as UTF-8; what is not becomes U+FFFD. Throws SystemError. */
export function readText(path: string): string {
	return decoder.decode(readFile(path));
}

/** Writes in place, in one piece: for /proc, /sys and scratch files. The mode counts for a file that is made. Throws SystemError. */
export function writeFile(path: string, data: string | Uint8Array, mode = 0o644): void {
	checkResult(native.write(path, bytesOf(data), mode), "write", () => `write ${path}`);
}

/**
 * A reader, and the next boot, sees the old content or the new: temporary file in the same folder, fsync, rename, fsync of the folder.
 * Without a mode that of the old file stays (0644 for a new one). Throws SystemError, and the old file is as it was.
 * A device or pipe, such as /dev/null, is written to, as there is nothing in it to be lost: another file never takes its place.
 */
export function writeFileAtomic(path: string, data: string | Uint8Array, mode?: number): void {
	const old = stat(path);
	if (old !== null && !old.isFile && !old.isDirectory) {
		writeFile(path, data);
		return;
	}
	const result = native.writeAtomic(path, bytesOf(data), mode ?? old?.mode ?? 0o644);
	checkResult(result, "rename", () => `write ${path}`);
}

/** Adds to the end; makes the file when there is none. Throws SystemError. */
export function appendFile(path: string, data: string | Uint8Array, mode = 0o644): void {
	checkResult(native.append(path, bytesOf(data), mode), "write", () => `append to ${path}`);
}

export function exists(path: string): boolean {
	return stat(path) !== null;
}

/** Follows links. Null when there is nothing at the path. Throws SystemError, as EACCES. */
export function stat(path: string): FileStatus | null {
	const result = native.stat(path);
	if (isError(result, "ENOENT") || isError(result, "ENOTDIR")) return null;
	return checkResult(result, "stat", () => `look at ${path}`);
}

/** The names in a folder, sorted by code unit. Throws SystemError. */
export function listDirectory(path: string): string[] {
	return checkResult(native.list(path), "opendir", () => `list ${path}`).sort();
}

/** Makes the folder and those above it; one that is there is fine. Throws SystemError. */
export function makeDirectory(path: string, mode = 0o755): void {
	const result = native.makeDirectory(path, mode);
	if (isError(result, "ENOENT") && path.lastIndexOf("/") > 0) {
		makeDirectory(path.slice(0, path.lastIndexOf("/")), mode);
		makeDirectory(path, mode);
		return;
	}
	if (isError(result, "EEXIST") && stat(path)?.isDirectory) return;
	checkResult(result, "mkdir", () => `make the folder ${path}`);
}

/** Removes a file or an empty folder; one that is absent is fine. Throws SystemError. */
export function removeFile(path: string): void {
	let result = native.unlink(path, 0);
	if (isError(result, "EISDIR")) result = native.removeDirectory(path, 0);
	if (!isError(result, "ENOENT")) checkResult(result, "unlink", () => `remove ${path}`);
}

/** Replaces what is at `to`. Throws SystemError. */
export function rename(from: string, to: string): void {
	checkResult(native.rename(from, to), "rename", () => `rename ${from} to ${to}`);
}

/** flock(2), exclusive; the file is made when it is not there. Null when another holds it. Gone with the process. */
export function lockFile(path: string): { unlock(): void } | null {
	const fd = native.lock(path, 0o644);
	if (isError(fd, "EAGAIN")) return null;
	checkResult(fd, "flock", () => `lock ${path}`);
	return { unlock: () => void close(fd) };
}

function bytesOf(data: string | Uint8Array): Uint8Array {
	return typeof data === "string" ? encoder.encode(data) : data;
}

import { readText, stat } from "polywan-runtime/file";

export const CONFIG_FILE = "/etc/config/polywan";

/** A file that changed while it was read, or so shortly before that its writer may not be done, is read again after this. */
export const SETTLE_MS = 150;

export interface ConfigText {
	readonly text: string;
	/** Whether the file looked the same before and after, and was not written just before. */
	readonly settled: boolean;
}

/** Reads a configuration file. Throws SystemError, ENOENT when there is none. */
export function readConfigText(path: string, nowMs: number): ConfigText {
	const before = fingerprint(path);
	const text = readText(path);
	const after = fingerprint(path);
	const written = stat(path)?.mtimeMs ?? 0;
	const old = Math.abs(nowMs - written) > SETTLE_MS;
	return { text, settled: before === after && old };
}

function fingerprint(path: string): string {
	const entry = stat(path);
	return entry === null ? "" : [entry.inode, entry.size, entry.mtimeMs].join(" ");
}

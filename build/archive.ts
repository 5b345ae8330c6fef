import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";

/** A file of an archive, at its path relative to the archive's root ("etc/config/polywan"). */
export interface ArchiveFile {
	readonly path: string;
	readonly data: Uint8Array;
	/** Permission bits, such as 0o755. */
	readonly mode: number;
}

/**
 * A gzipped tar of files and the folders above them, the same bytes for the same input whoever makes it and when: sorted by
 * path, owner 0, every time `epoch` (seconds since 1970).
 */
export async function buildTarGz(files: readonly ArchiveFile[], epoch: number): Promise<Buffer> {
	const archive = pack();
	const mtime = new Date(epoch * 1000);
	const owner = { uid: 0, gid: 0, uname: "", gname: "", mtime };
	const entries = new Map<string, ArchiveFile | null>(files.map((file) => [file.path, file]));
	for (const folder of foldersOf(files)) entries.set(folder, null);
	for (const [path, file] of [...entries].sort(([a], [b]) => (a < b ? -1 : 1))) {
		if (file) archive.entry({ ...owner, name: `./${path}`, mode: file.mode }, Buffer.from(file.data));
		else archive.entry({ ...owner, name: `./${path}`, mode: 0o755, type: "directory" });
	}
	archive.finalize();
	const chunks: Buffer[] = [];
	for await (const chunk of archive) chunks.push(chunk as Buffer);
	return gzip(Buffer.concat(chunks));
}

/** Gzip without a name or time; the byte that names the operating system is the same on every one (RFC 1952, 2.3.1). */
export function gzip(data: Uint8Array): Buffer {
	const packed = gzipSync(data, { level: 9 });
	packed[9] = 3;
	return packed;
}

/** Paths of all folders above the files, with a slash at the end; "" is the root. */
function foldersOf(files: readonly ArchiveFile[]): Set<string> {
	const folders = new Set([""]);
	for (const { path } of files)
		for (let at = path.indexOf("/"); at !== -1; at = path.indexOf("/", at + 1))
			folders.add(path.slice(0, at + 1));
	return folders;
}

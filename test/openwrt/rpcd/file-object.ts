import { createHash } from "node:crypto";
import {
	chmodSync,
	existsSync,
	lstatSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	rmSync,
	type Stats,
	statSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { UbusError, type UbusMethod } from "ubus-js/bus";
import type { BlobTable } from "ubus-js/codec";
import { isTrue, optionalNumber, optionalText, refuse, text } from "./argument.ts";
import { runExec } from "./file-exec.ts";
import { canonicalPath } from "./file-path.ts";
import type { Sessions } from "./session.ts";

const LARGEST_READ_BYTES = 256 * 1024;
const SID = { ubus_rpc_session: "string" } as const;
const PATH = { path: "string", ...SID } as const;

/** Answers whether the caller may; throws PERMISSION_DENIED. A call without a session may do all. */
export type FileCheck = (args: BlobTable, path: string, permission: string) => boolean;

/** The object `file`, with its rights by session (scope "file") and path. */
export function fileMethods(sessions: Sessions): { [name: string]: UbusMethod } {
	const allows: FileCheck = (args, path, permission) => {
		const sid = optionalText(args, "ubus_rpc_session");
		return sid === undefined || (sessions.get(sid)?.allows("file", path, permission) ?? false);
	};
	const pathOf = (args: BlobTable, permission: string): string => {
		const path = canonicalPath(text(args, "path"));
		if (!allows(args, path, permission)) throw refuse("permissionDenied");
		return path;
	};
	const method = (args: NonNullable<UbusMethod["args"]>, call: UbusMethod["call"]): UbusMethod => ({
		args,
		call: (given, request) => translateErrno(() => call(given, request)),
	});
	return {
		read: method({ ...PATH, base64: "bool" }, (args) => read(pathOf(args, "read"), isTrue(args, "base64"))),
		write: method({ ...PATH, data: "string", append: "bool", mode: "int32", base64: "bool" }, (args) =>
			write(pathOf(args, "write"), args),
		),
		list: method(PATH, (args) => ({ entries: list(pathOf(args, "list")) })),
		stat: method(PATH, (args) => stat(pathOf(args, "list"), statSync)),
		lstat: method(PATH, (args) => stat(pathOf(args, "list"), lstatSync)),
		md5: method(PATH, (args) => md5(pathOf(args, "read"))),
		remove: method(PATH, (args) => {
			const path = pathOf(args, "write");
			rmSync(path, { recursive: lstatSync(path).isDirectory() });
		}),
		exec: method({ command: "string", params: "array", env: "table", ...SID }, (args) =>
			runExec(args, (path) => allows(args, path, "exec")),
		),
	};
}

function read(path: string, base64: boolean): BlobTable {
	if (statSync(path).size >= LARGEST_READ_BYTES) throw refuse("notSupported");
	const bytes = readFileSync(path);
	if (bytes.length === 0) throw refuse("noData");
	return { data: bytes.toString(base64 ? "base64" : "utf8") };
}

function write(path: string, args: BlobTable): void {
	const data = Buffer.from(text(args, "data"), isTrue(args, "base64") ? "base64" : "utf8");
	const mode = optionalNumber(args, "mode") ?? 0o666;
	const isNew = !existsSync(path);
	writeFileSync(path, data, { flag: isTrue(args, "append") ? "a" : "w", mode });
	if (isNew) chmodSync(path, mode & 0o7777);
}

function md5(path: string): BlobTable {
	if (!statSync(path).isFile()) throw refuse("notSupported");
	return { md5: createHash("md5").update(readFileSync(path)).digest("hex") };
}

function list(dir: string): BlobTable[] {
	return readdirSync(dir).map((name) => {
		const path = join(dir, name);
		const status = lstatSync(path);
		const entry = { name, ...describe(status) };
		return status.isSymbolicLink() ? { ...entry, target: describeTarget(path) } : entry;
	});
}

function describeTarget(path: string): BlobTable {
	const target = existsSync(path) ? describe(statSync(path)) : { type: "broken" };
	return { name: readlinkSync(path), ...target };
}

function stat(path: string, look: (path: string) => Stats): BlobTable {
	return { path, ...describe(look(path)) };
}

function describe(status: Stats): BlobTable {
	return {
		type: typeOf(status),
		size: BigInt(status.size),
		mode: status.mode,
		atime: Math.floor(status.atimeMs / 1000),
		mtime: Math.floor(status.mtimeMs / 1000),
		ctime: Math.floor(status.ctimeMs / 1000),
		inode: status.ino | 0,
		uid: status.uid,
		gid: status.gid,
		...nameOf("user", "/etc/passwd", status.uid),
		...nameOf("group", "/etc/group", status.gid),
	};
}

function typeOf(status: Stats): string {
	if (status.isFile()) return "file";
	if (status.isDirectory()) return "directory";
	if (status.isSymbolicLink()) return "symlink";
	if (status.isCharacterDevice()) return "char";
	if (status.isBlockDevice()) return "block";
	if (status.isFIFO()) return "fifo";
	return status.isSocket() ? "socket" : "unknown";
}

function nameOf(field: "user" | "group", path: string, id: number): BlobTable {
	if (!existsSync(path)) return {};
	const lines = readFileSync(path, "utf8").split("\n");
	const name = lines.map((line) => line.split(":")).find(([, , number]) => number === String(id))?.[0];
	return name === undefined ? {} : { [field]: name };
}

function translateErrno<T>(work: () => T): T {
	try {
		return work();
	} catch (error) {
		if (error instanceof UbusError) throw error;
		switch ((error as NodeJS.ErrnoException).code) {
			case "EACCES":
				throw refuse("permissionDenied");
			case "ENOENT":
				throw refuse("notFound");
			case "ENOTDIR":
			case "EINVAL":
				throw refuse("invalidArgument");
			default:
				throw refuse("unknown");
		}
	}
}

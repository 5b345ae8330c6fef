import {
	appendFile,
	exists,
	listDirectory,
	lockFile,
	makeDirectory,
	readFile,
	readText,
	removeFile,
	rename,
	stat,
	writeFile,
	writeFileAtomic,
} from "polywan-runtime/file";
import { spawn } from "polywan-runtime/process";
import { pid } from "polywan-runtime/program";
import { check, ensure, equal, errorOf } from "./check.ts";

const folder = `/tmp/polywan-test-file-${pid()}`;
makeDirectory(folder);

await check("what is written is read", () => {
	const path = `${folder}/plain`;
	const bytes = new Uint8Array(100_000).map((_, i) => (i * 7) % 256);
	writeFile(path, bytes);
	const found = readFile(path);
	ensure(
		found.length === bytes.length && found.every((byte, i) => byte === bytes[i]),
		"the bytes are the same",
	);
	writeFile(path, "kürzer\n");
	equal(readText(path), "kürzer\n");
	appendFile(path, "more");
	equal(readText(path), "kürzer\nmore");
	writeFile(path, "");
	equal(readFile(path).length, 0);
});

await check("files of /proc, whose size is 0, are read whole", () => {
	equal(stat("/proc/self/status")?.size, 0);
	ensure(readText("/proc/self/status").includes("voluntary_ctxt_switches"), "the last lines are there");
});

await check("an atomic write replaces the file and keeps its mode", () => {
	const path = `${folder}/atomic`;
	writeFileAtomic(path, "one", 0o600);
	const before = stat(path);
	writeFileAtomic(path, "two");
	const after = stat(path);
	equal([readText(path), after?.mode, after?.isFile], ["two", 0o600, true]);
	ensure(before?.inode !== after?.inode, "it is another file, not the old one written over");
	writeFileAtomic(path, "three", 0o644);
	equal(stat(path)?.mode, 0o644);
	equal(
		listDirectory(folder).filter((name) => name.startsWith("atomic")),
		["atomic"],
	);
});

await check("an atomic write to a pipe leaves the pipe where it is", async () => {
	const path = `${folder}/pipe`;
	await spawn(["mkfifo", path]).done;
	const reader = spawn(["cat", path]);
	writeFileAtomic(path, "through");
	equal(new TextDecoder().decode((await reader.done).stdout), "through");
	equal(stat(path)?.isFile, false);
	removeFile(path);
});

await check("an atomic write that fails leaves the old file and nothing else", () => {
	makeDirectory(`${folder}/taken`);
	writeFile(`${folder}/taken/inside`, "");
	const before = listDirectory(folder);
	equal(errorOf(() => writeFileAtomic(`${folder}/taken`, "x")).code, "EISDIR");
	equal(listDirectory(folder), before);
	const error = errorOf(() => writeFileAtomic("/nonexistent/file", "x"));
	equal(error.message, "write /nonexistent/file: No such file or directory (ENOENT)");
	removeFile(`${folder}/taken/inside`);
});

await check("folders", () => {
	makeDirectory(`${folder}/a/b/c`);
	makeDirectory(`${folder}/a/b/c`);
	for (const name of ["z", "y", "x"]) writeFile(`${folder}/a/b/c/${name}`, "");
	equal(listDirectory(`${folder}/a/b/c`), ["x", "y", "z"]);
	equal(errorOf(() => removeFile(`${folder}/a`)).code, "ENOTEMPTY");
	equal(errorOf(() => makeDirectory(`${folder}/plain/sub`)).code, "ENOTDIR");
	equal(errorOf(() => listDirectory(`${folder}/none`)).code, "ENOENT");
});

await check("status, names and removal", () => {
	const path = `${folder}/status`;
	writeFile(path, "12345", 0o640);
	const status = stat(path);
	equal([status?.size, status?.mode, status?.isFile, status?.isDirectory], [5, 0o640, true, false]);
	ensure(Math.abs((status?.mtimeMs ?? 0) - Date.now()) < 10_000, "the time is now");
	equal([stat(folder)?.isDirectory, stat(`${folder}/none`), stat(`${path}/below`)], [true, null, null]);
	rename(path, `${folder}/moved`);
	equal([exists(path), exists(`${folder}/moved`)], [false, true]);
	removeFile(`${folder}/moved`);
	removeFile(`${folder}/moved`);
	equal(errorOf(() => rename(path, `${folder}/other`)).code, "ENOENT");
	equal(errorOf(() => readFile(path)).code, "ENOENT");
	equal(errorOf(() => readFile(folder)).code, "EISDIR");
});

await check("a lock is held by one, and free again", () => {
	const path = `${folder}/lock`;
	const lock = lockFile(path);
	ensure(lock !== null, "the first takes it");
	equal(lockFile(path), null);
	lock?.unlock();
	const again = lockFile(path);
	ensure(again !== null, "free after unlock");
	again?.unlock();
});

await spawn(["rm", "-rf", folder]).done;

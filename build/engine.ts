// The runtime: QuickJS and mbedTLS with the C of package/runtime, for every architecture. What nothing changed in is taken from the cache.
import { createHash } from "node:crypto";
import {
	chmodSync,
	copyFileSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { engineFiles, engineHash, engineVersion, unpackEngine } from "./engine-source.ts";
import { withLock } from "./lock.ts";
import { tlsFlags, tlsFolder, unpackTls } from "./tls-source.ts";
import { type RuntimeTarget, runCompiler, type Toolchain, toolchainOf } from "./toolchain.ts";

const nativeFolder = join("package", "runtime", "c");
const cache = join(".cache", "runtime");

const nativeFlags = ["-Wall", "-Wextra", "-Werror", "-Wno-sign-compare", "-Wno-cast-function-type"];
/** The engine is compiled as its makers do, with warnings off, and shifts that C leaves undefined and every compiler defines. */
const engineFlags = ["-w", "-fno-sanitize=shift"];

/** Builds dist/<target>/polywan-run and returns its path. */
export async function buildRuntime(target: RuntimeTarget): Promise<string> {
	const id = runtimeBuildId(target);
	const built = join(cache, `${target}-${id}`);
	if (!existsSync(built)) {
		await withLock(join(cache, `${target}.lock`), async () => {
			if (!existsSync(built)) await compileRuntime(target, id, built);
		});
	}
	const out = join("dist", target, "polywan-run");
	const stamp = join(cache, `${target}.dist`);
	if (existsSync(out) && existsSync(stamp) && readFileSync(stamp, "utf8") === id) return out;
	const copy = `${out}.${process.pid}`;
	mkdirSync(dirname(out), { recursive: true });
	copyFileSync(built, copy);
	chmodSync(copy, 0o755);
	renameSync(copy, out);
	writeFileSync(stamp, id);
	return out;
}

/** A hash over everything that the bytecode format and the natives of a build follow from. */
export function runtimeBuildId(target: RuntimeTarget): string {
	const { flags, linkFlags, version } = toolchainOf(target);
	const inputs = [target, engineHash(), engineFiles, flags, linkFlags, version, nativeFlags, engineFlags];
	const hash = createHash("sha256").update(JSON.stringify([...inputs, tlsFlags()]));
	for (const path of [...nativeFiles(/\.[ch]$/), ...nativeFiles(/\.[ch]$/, tlsFolder)])
		hash.update(path).update(readFileSync(path));
	return hash.digest("hex").slice(0, 16);
}

function nativeFiles(pattern: RegExp, folder = nativeFolder): string[] {
	const names = readdirSync(folder).filter((name) => pattern.test(name));
	return names.sort().map((name) => join(folder, name));
}

async function compileRuntime(target: RuntimeTarget, id: string, built: string): Promise<void> {
	const engine = unpackEngine();
	unpackTls();
	console.error(`build: polywan-run for ${target}`);
	const toolchain = toolchainOf(target);
	const define = [`-DCONFIG_VERSION="${engineVersion}"`];
	const identify = [...define, `-DPOLYWAN_BUILD_ID="${id}"`];
	const work = join(cache, `${target}.objects`);
	mkdirSync(work, { recursive: true });
	const headers = nativeFiles(/\.h$/);
	const jobs = [
		...engineFiles.map(
			(file) => () => compile(toolchain, work, join(engine, file), [...engineFlags, ...define], []),
		),
		...nativeFiles(/\.c$/, tlsFolder).map(
			(path) => () =>
				compile(toolchain, work, path, [...nativeFlags, ...tlsFlags()], nativeFiles(/\.h$/, tlsFolder)),
		),
		...nativeFiles(/\.c$/).map((path) => () => {
			const flags = [
				...nativeFlags,
				"-isystem",
				engine,
				...(basename(path) === "program.c" ? identify : define),
				...(usesTls(path) ? tlsFlags() : []),
			];
			return compile(toolchain, work, path, flags, [
				...headers,
				...(usesTls(path) ? nativeFiles(/\.h$/, tlsFolder) : []),
			]);
		}),
	];
	const objects = await runAll(jobs);
	const out = join(work, "polywan-run");
	await runCompiler([
		...toolchain.command,
		...toolchain.flags,
		...toolchain.linkFlags,
		...objects,
		"-lm",
		"-o",
		out,
	]);
	renameSync(out, built);
}

function usesTls(path: string): boolean {
	return /^(mod_)?tls/.test(basename(path));
}

/** Compiles one file unless its object is there, made of the same source, headers and flags. */
async function compile(
	toolchain: Toolchain,
	folder: string,
	source: string,
	flags: readonly string[],
	headers: readonly string[],
): Promise<string> {
	const command = [...toolchain.command, ...toolchain.flags, ...flags, "-c", source];
	const hash = createHash("sha256").update(JSON.stringify([command, toolchain.version, engineHash()]));
	for (const path of [source, ...headers]) hash.update(readFileSync(path));
	const object = join(folder, `${basename(source, ".c")}-${hash.digest("hex").slice(0, 16)}.o`);
	if (existsSync(object)) return object;
	await runCompiler([...command, "-o", `${object}.part.o`]);
	renameSync(`${object}.part.o`, object);
	return object;
}

/** Two at a time: the first is the engine, which takes as long as all the others. */
async function runAll(jobs: readonly (() => Promise<string>)[]): Promise<string[]> {
	const results: string[] = [];
	let next = 0;
	const worker = async (): Promise<void> => {
		for (let i = next++; i < jobs.length; i = next++) results[i] = (await jobs[i]?.()) ?? "";
	};
	await Promise.all([worker(), worker()]);
	return results;
}

// The runtime: QuickJS of the pinned source with the C of package/runtime, linked static by zig for every architecture, and by gcc
// with sanitizers for tests. What nothing changed in is taken from the cache.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
	chmodSync,
	copyFileSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { fetchSource, pinnedSource } from "./source.ts";

export const architectures = ["x86_64", "aarch64", "arm", "mipsel", "mips"] as const;
export type Architecture = (typeof architectures)[number];
/** "asan": this machine's own architecture with AddressSanitizer and UndefinedBehaviorSanitizer. */
export type RuntimeTarget = Architecture | "asan";

const nativeFolder = join("package", "runtime", "c");
const patchFolder = join("package", "runtime", "patches");
const engineFiles = ["quickjs.c", "cutils.c", "dtoa.c", "libregexp.c", "libunicode.c"];

/** OpenWrt's targets: cortex-a7 with hardware floating point, 24kc without. */
const zigTargets: Record<Architecture, string[]> = {
	x86_64: ["-target", "x86_64-linux-musl"],
	aarch64: ["-target", "aarch64-linux-musl", "-mcpu=cortex_a53"],
	arm: ["-target", "arm-linux-musleabihf", "-mcpu=cortex_a7"],
	mipsel: ["-target", "mipsel-linux-musleabi", "-mcpu=mips32r2+soft_float"],
	mips: ["-target", "mips-linux-musleabi", "-mcpu=mips32r2+soft_float"],
};

const commonFlags = ["-std=gnu11", "-D_GNU_SOURCE", "-fwrapv"];
const releaseFlags = [
	...["-Os", "-ffunction-sections", "-fdata-sections"],
	...[
		"-fno-sanitize=undefined",
		"-fno-stack-protector",
		"-fno-unwind-tables",
		"-fno-asynchronous-unwind-tables",
	],
	...["-fno-exceptions", "-fomit-frame-pointer"],
];
/** For linking alone: given with -c, zig drops what one object does not call by itself. */
const releaseLinkFlags = ["-static", "-s", "-Wl,--gc-sections"];
const sanitizerFlags = [
	...["-O1", "-g", "-fno-omit-frame-pointer", "-fsanitize=address,undefined", "-fno-sanitize=shift"],
	...["-fno-sanitize-recover=all"],
];
const warningFlags = ["-Wall", "-Wextra", "-Werror", "-Wno-sign-compare", "-Wno-cast-function-type"];

/** Builds dist/<target>/polywan-run and returns its path. */
export async function buildRuntime(target: RuntimeTarget): Promise<string> {
	const id = runtimeBuildId(target);
	const built = join(".cache", "runtime", `${target}-${id}`);
	if (!existsSync(built)) await compileRuntime(target, id, built);
	const out = join("dist", target, "polywan-run");
	const stamp = join(".cache", "runtime", `${target}.dist`);
	if (existsSync(out) && existsSync(stamp) && readFileSync(stamp, "utf8") === id) return out;
	mkdirSync(join("dist", target), { recursive: true });
	copyFileSync(built, `${out}.new`);
	chmodSync(`${out}.new`, 0o755);
	renameSync(`${out}.new`, out);
	writeFileSync(stamp, id);
	return out;
}

/** A hash over everything the bytecode format and the natives of a build follow from. */
export function runtimeBuildId(target: RuntimeTarget): string {
	const hash = createHash("sha256");
	const { sha256 } = pinnedSource("quickjs");
	hash.update(JSON.stringify([target, sha256, engineFiles, commonFlags, warningFlags]));
	hash.update(
		JSON.stringify(
			target === "asan" ? sanitizerFlags : [releaseFlags, releaseLinkFlags, zigTargets[target], zigVersion()],
		),
	);
	for (const path of [...patches(), ...nativeFiles()]) hash.update(path).update(readFileSync(path));
	return hash.digest("hex").slice(0, 16);
}

function listFiles(folder: string, pattern: RegExp): string[] {
	const names = existsSync(folder) ? readdirSync(folder).filter((name) => pattern.test(name)) : [];
	return names.sort().map((name) => join(folder, name));
}

function nativeFiles(): string[] {
	return listFiles(nativeFolder, /\.[ch]$/);
}

function patches(): string[] {
	return listFiles(patchFolder, /\.patch$/);
}

function zigVersion(): string {
	return JSON.parse(readFileSync(join("node_modules", "@zigc", "cli", "package.json"), "utf8")).version;
}

function zigBinary(): string {
	const path = join("node_modules", "@zigc", `${process.platform}-${process.arch}`, "bin", "zig");
	if (!existsSync(path))
		throw new Error(`${path} is missing: npm has no zig for this machine, or npm ci was not run`);
	return resolve(path);
}

async function compileRuntime(target: RuntimeTarget, id: string, built: string): Promise<void> {
	const engine = unpackEngine();
	console.error(`build: polywan-run for ${target}`);
	mkdirSync(join(".cache", "runtime"), { recursive: true });
	const work = mkdtempSync(join(".cache", "runtime", "work-"));
	const sanitized = target === "asan";
	const compiler = sanitized ? ["gcc"] : [zigBinary(), "cc", ...zigTargets[target]];
	const flags = [...commonFlags, ...(sanitized ? sanitizerFlags : releaseFlags)];
	const defines = [`-DCONFIG_VERSION="${pinnedSource("quickjs").version}"`, `-DPOLYWAN_BUILD_ID="${id}"`];
	const compile = async (source: string, extra: string[]): Promise<string> => {
		const object = join(work, `${source.replace(/[/.]/g, "-")}.o`);
		await runTool([...compiler, ...flags, ...defines, ...extra, "-c", source, "-o", object]);
		return object;
	};
	try {
		const jobs = [
			...engineFiles.map((file) => () => compile(join(engine, file), ["-w"])),
			...nativeFiles()
				.filter((path) => path.endsWith(".c"))
				.map((path) => () => compile(path, [...warningFlags, "-isystem", engine])),
		];
		const objects = await runAll(jobs);
		const out = join(work, "polywan-run");
		await runTool([
			...compiler,
			...flags,
			...(sanitized ? [] : releaseLinkFlags),
			...objects,
			"-lm",
			"-o",
			out,
		]);
		renameSync(out, built);
	} finally {
		rmSync(work, { recursive: true, force: true });
	}
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

function runTool([tool = "", ...args]: string[]): Promise<void> {
	const env = {
		...process.env,
		ZIG_GLOBAL_CACHE_DIR: resolve(".cache", "zig"),
		ZIG_LOCAL_CACHE_DIR: resolve(".cache", "zig"),
	};
	return new Promise((done, failed) => {
		const child = spawn(tool, args, { env, stdio: ["ignore", "inherit", "inherit"] });
		child.on("error", (error) => failed(new Error(`${tool} cannot be run: ${error.message}`)));
		child.on("close", (code) =>
			code === 0 ? done() : failed(new Error(`failed: ${tool} ${args.join(" ")}`)),
		);
	});
}

/** The folder of the patched engine source, unpacked once for every set of patches. */
function unpackEngine(): string {
	const { sha256 } = pinnedSource("quickjs");
	const hash = createHash("sha256").update(sha256);
	for (const path of patches()) hash.update(readFileSync(path));
	const folder = join(".cache", "engine", hash.digest("hex").slice(0, 16));
	if (existsSync(folder)) return folder;
	const tarball = fetchSource("quickjs");
	mkdirSync(join(".cache", "engine"), { recursive: true });
	const work = mkdtempSync(join(".cache", "engine", "work-"));
	try {
		runStep("tar", ["xJf", resolve(tarball), "--strip-components=1"], work);
		for (const path of patches()) runStep("git", ["apply", resolve(path)], work);
		renameSync(work, folder);
	} finally {
		rmSync(work, { recursive: true, force: true });
	}
	return folder;
}

/** git must not take the folder for a part of the project, whose paths a patch does not name. */
function runStep(tool: string, args: string[], cwd: string): void {
	const env = { ...process.env, GIT_CEILING_DIRECTORIES: resolve(cwd, "..") };
	const step = spawnSync(tool, args, { cwd, env, encoding: "utf8" });
	if (step.error || step.status !== 0)
		throw new Error(`${tool} ${args.join(" ")} failed: ${step.error?.message ?? step.stderr}`);
}

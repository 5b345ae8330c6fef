import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { bundleProgram, compileBundle, runtimeCommand } from "../../build/bundle.ts";
import { buildRuntime } from "../../build/engine.ts";
import { architectures, type RuntimeTarget } from "../../build/toolchain.ts";

/** Where the test programs are bundled and compiled. */
const folder = join(".cache", "test-runtime");

export const targets: readonly RuntimeTarget[] = [
	"x86_64",
	"asan",
	...architectures.filter((it) => it !== "x86_64"),
];

/** Cases that qemu-user 7.2 refuses, though the kernel of a router does not: their names, and why. */
export const refusedByEmulator: ReadonlyMap<string, string> = new Map([
	["a mark goes with the packets of a socket", "SO_MARK is not translated (ENOPROTOOPT)"],
	["a connection that is refused", "the number in SO_ERROR is not translated (mips)"],
]);

export interface Finished {
	readonly code: number | null;
	readonly signal: string | null;
	readonly stdout: string;
	readonly stderr: string;
}

export interface RunOptions {
	readonly args?: readonly string[];
	readonly env?: Readonly<Record<string, string>>;
	/** Put before the command: another namespace. */
	readonly inside?: readonly string[];
	readonly timeoutMs?: number;
}

export function isEmulated(target: RuntimeTarget): boolean {
	return runtimeCommand(target).length > 1;
}

/** Why this machine cannot run the target's programs, null when it can. */
export function whyNotHere(target: RuntimeTarget): string | null {
	const [command = ""] = runtimeCommand(target);
	if (target === "asan" && !existsSync("/usr/bin/gcc")) return "gcc is not installed";
	if (isEmulated(target) && !existsSync(join("/usr/bin", command))) return `${command} is not installed`;
	return null;
}

/** Freed memory is kept for a while to catch its use; little of it, so that memory that grows is seen. */
const sanitizerOptions = { ASAN_OPTIONS: "quarantine_size_mb=1" };

export const isRoot = process.getuid?.() === 0;

/** Compiles a program of test/runtime/programs for the target and returns its path. */
export async function prepareProgram(target: RuntimeTarget, name: string): Promise<string> {
	await buildRuntime(target);
	const bundle = await bundleProgram(join("test", "runtime", "programs", `${name}.ts`), name, folder);
	const out = join(folder, target, name);
	compileBundle(bundle, out, target);
	return out;
}

/** Runs a file (a compiled program, or a module) in the target's runtime. */
export function runFile(target: RuntimeTarget, path: string, options: RunOptions = {}): Promise<Finished> {
	const [program = "", ...args] = [
		...(options.inside ?? []),
		...runtimeCommand(target),
		path,
		...(options.args ?? []),
	];
	const child = spawn(program, args, {
		env: { ...process.env, ...sanitizerOptions, ...options.env },
		stdio: ["ignore", "pipe", "pipe"],
		timeout: options.timeoutMs ?? 60_000,
		killSignal: "SIGKILL",
	});
	let [stdout, stderr] = ["", ""];
	child.stdout.setEncoding("utf8").on("data", (text: string) => {
		stdout += text;
	});
	child.stderr.setEncoding("utf8").on("data", (text: string) => {
		stderr += text;
	});
	return new Promise((resolve, reject) => {
		child.on("error", reject);
		child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
	});
}

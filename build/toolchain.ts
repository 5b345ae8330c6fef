// The C compilers: zig for the binaries that ship, fully static against musl, and Debian's gcc for the sanitizers.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

export const architectures = ["x86_64", "aarch64", "arm", "mipsel", "mips"] as const;
export type Architecture = (typeof architectures)[number];
/** "asan": this machine's own architecture with AddressSanitizer and UndefinedBehaviorSanitizer. */
export type RuntimeTarget = Architecture | "asan";

/** How to compile and link for a target. The same values give the same objects. */
export interface Toolchain {
	readonly command: readonly string[];
	readonly flags: readonly string[];
	/** For linking alone: given with -c, zig drops what one object does not call by itself. */
	readonly linkFlags: readonly string[];
	readonly version: string;
}

/** OpenWrt's targets: cortex-a7 with hardware floating point and its NEON, 24kc without floating point. */
const zigTargets: Readonly<Record<Architecture, readonly string[]>> = {
	x86_64: ["-target", "x86_64-linux-musl"],
	aarch64: ["-target", "aarch64-linux-musl", "-mcpu=cortex_a53"],
	arm: ["-target", "arm-linux-musleabihf", "-mcpu=cortex_a7"],
	mipsel: ["-target", "mipsel-linux-musleabi", "-mcpu=mips32r2+soft_float"],
	mips: ["-target", "mips-linux-musleabi", "-mcpu=mips32r2+soft_float"],
};

const commonFlags = ["-std=gnu11", "-D_GNU_SOURCE", "-fwrapv"];
/** zig turns sanitizers and stack protection on by itself; unwind tables serve C++ exceptions alone. */
const releaseFlags = [
	"-Os",
	"-ffunction-sections",
	"-fdata-sections",
	"-fomit-frame-pointer",
	"-fno-sanitize=undefined",
	"-fno-stack-protector",
	"-fno-unwind-tables",
	"-fno-asynchronous-unwind-tables",
];
const sanitizerFlags = [
	"-O1",
	"-g",
	"-fno-omit-frame-pointer",
	"-fsanitize=address,undefined",
	"-fno-sanitize-recover=all",
];

export function toolchainOf(target: RuntimeTarget): Toolchain {
	if (target === "asan") {
		return { command: ["gcc"], flags: [...commonFlags, ...sanitizerFlags], linkFlags: [], version: "gcc" };
	}
	return {
		command: [zigBinary(), "cc", ...zigTargets[target]],
		flags: [...commonFlags, ...releaseFlags],
		linkFlags: ["-static", "-s", "-Wl,--gc-sections"],
		version: `zig ${zigVersion()} ${zigTargets[target].join(" ")}`,
	};
}

/** Runs a compiler with its messages on stderr. */
export function runCompiler(command: readonly string[]): Promise<void> {
	const [tool = "", ...args] = command;
	const cache = resolve(".cache", "zig");
	const env = { ...process.env, ZIG_GLOBAL_CACHE_DIR: cache, ZIG_LOCAL_CACHE_DIR: cache };
	return new Promise((done, failed) => {
		const child = spawn(tool, args, { env, stdio: ["ignore", 2, 2] });
		child.on("error", (error) => failed(new Error(`${tool} cannot be run: ${error.message}`)));
		child.on("close", (code) => {
			if (code === 0) done();
			else failed(new Error(`${command.join(" ")} failed; its messages are above`));
		});
	});
}

function zigVersion(): string {
	const { version } = JSON.parse(readFileSync(join("node_modules", "@zigc", "cli", "package.json"), "utf8"));
	return String(version);
}

function zigBinary(): string {
	const path = join("node_modules", "@zigc", `${process.platform}-${process.arch}`, "bin", "zig");
	if (existsSync(path)) return resolve(path);
	throw new Error(`${path} is missing: npm has no zig for this machine, or npm ci was not run`);
}

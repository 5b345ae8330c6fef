import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import {
	mustRun,
	type RunOptions,
	type RunResult,
	runCommand,
	type SpawnOptions,
	spawnCommand,
} from "./command.ts";
import { forget, record } from "./sweep.ts";

/** The repository; vitest and build/run.mjs run there. */
export const root = process.cwd();

/** Path of a program of the lab: dist/lab/<name>, made by build/openwrt.ts. */
export function labProgram(name: string): string {
	const path = join(root, "dist", "lab", name);
	if (!existsSync(path)) throw new Error(`${path} is missing; make it with: node build/run.mjs openwrt`);
	return path;
}

/** One network namespace of `Namespaces`: commands run in it (and in the mount, PID and UTS namespace it belongs to). */
export class NetworkNamespace {
	readonly #initPid: number;
	readonly #fd: number;

	constructor(initPid: number, fd: number) {
		this.#initPid = initPid;
		this.#fd = fd;
	}

	/** A path that `ip link … netns <path>` takes. */
	get path(): string {
		return `/proc/${this.#initPid}/fd/${this.#fd}`;
	}

	run(argv: readonly string[], options?: RunOptions): Promise<RunResult> {
		return runCommand(this.wrap(argv), options);
	}

	mustRun(argv: readonly string[], options?: RunOptions): Promise<string> {
		return mustRun(this.wrap(argv), options);
	}

	/** A process that goes on; it ends with the site at the latest. Signals reach its process group. */
	spawn(argv: readonly string[], options?: SpawnOptions): ChildProcess {
		return spawnCommand(this.wrap(argv), options);
	}

	/** `ip -batch`. */
	async ip(lines: readonly string[]): Promise<void> {
		if (lines.length > 0) await this.mustRun(["ip", "-batch", "-"], { input: `${lines.join("\n")}\n` });
	}

	/** Writes kernel settings, each as "net/ipv4/ip_forward=1". */
	async sysctl(settings: readonly string[]): Promise<void> {
		const script = 'while IFS="=" read -r name value; do echo "$value" > "/proc/sys/$name" || exit 1; done';
		await this.mustRun(["sh", "-c", script], { input: `${settings.join("\n")}\n` });
	}

	/** The command that runs `argv` in here, for programs that start programs themselves (such as a browser). */
	wrap(argv: readonly string[]): string[] {
		return [labProgram("enter"), String(this.#initPid), String(this.#fd), "--", ...argv];
	}
}

/** A mount, PID and UTS namespace with network namespaces in it; everything in it ends with close() or with this process. */
export class Namespaces {
	readonly initPid: number;
	readonly #firstFd: number;
	readonly #holder: ChildProcess;
	readonly #name: string;

	private constructor(name: string, holder: ChildProcess, initPid: number, firstFd: number) {
		this.#name = name;
		this.#holder = holder;
		this.initPid = initPid;
		this.#firstFd = firstFd;
	}

	/**
	 * @param name unique on this machine, starting with pwlab<pid>
	 * @param hostname what `hostname` says inside
	 * @param count network namespaces, each with lo up
	 */
	static async hold(name: string, hostname: string, count: number): Promise<Namespaces> {
		const holder = spawnCommand([labProgram("hold"), hostname, String(count)]);
		const [initPid, firstFd] = (await firstLine(holder, "hold")).split(" ").map(Number);
		if (!initPid || !firstFd) throw new Error("hold: cannot make namespaces; the lab needs root");
		record(name, [holder.pid ?? 0, initPid]);
		return new Namespaces(name, holder, initPid, firstFd);
	}

	network(index: number): NetworkNamespace {
		return new NetworkNamespace(this.initPid, this.#firstFd + index);
	}

	/** Returns when every process inside is gone. */
	async close(): Promise<void> {
		const holder = this.#holder;
		if (holder.exitCode === null && holder.signalCode === null) {
			const ended = new Promise((resolve) => holder.once("exit", resolve));
			holder.stdin?.end();
			await ended;
		}
		forget(this.#name);
	}
}

/** The first line a program prints; rejects with its stderr when it ends before. */
export function firstLine(child: ChildProcess, what: string): Promise<string> {
	return new Promise((resolve, reject) => {
		let text = "";
		let complaint = "";
		child.stderr?.on("data", (chunk: Buffer) => {
			complaint += chunk.toString();
		});
		child.stdout?.on("data", function listen(chunk: Buffer) {
			text += chunk.toString();
			if (!text.includes("\n")) return;
			child.stdout?.off("data", listen);
			resolve(text.slice(0, text.indexOf("\n")));
		});
		child.once("error", (error) => reject(new Error(`cannot run ${what}: ${error.message}`)));
		child.once("exit", (code) => reject(new Error(`${what} ended with ${code}: ${complaint.trim()}`)));
	});
}

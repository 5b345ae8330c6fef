import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { spawnCommand } from "./command.ts";
import { firstLine, labProgram, type NetworkNamespace } from "./namespaces.ts";

/** "out" is towards the Internet, "in" is towards the router. */
export type Direction = "out" | "in" | "both";

export interface WayCounters {
	/** Delivered, both families. */
	packets: number;
	/** Of the IP layer. */
	bytes: number;
	packets6: number;
	bytes6: number;
	dropped: number;
	waiting: number;
}

export interface LineCounters {
	out: WayCounters;
	in: WayCounters;
}

/** One line between an ISP and the Internet: the program netem.c and its commands. */
export class Netem {
	readonly #process: ChildProcess;
	readonly #waiting: { resolve(line: string): void; reject(error: Error): void }[] = [];

	private constructor(process: ChildProcess) {
		this.#process = process;
	}

	/** @param a, b the two ends: a network namespace and the name of the tun device to make there */
	static async start(
		a: { network: NetworkNamespace; device: string },
		b: { network: NetworkNamespace; device: string },
	): Promise<Netem> {
		const child = spawnCommand([labProgram("netem"), a.network.path, a.device, b.network.path, b.device]);
		await firstLine(child, "netem");
		const line = new Netem(child);
		if (child.stdout)
			createInterface(child.stdout).on("line", (text) => line.#waiting.shift()?.resolve(text));
		child.once("exit", () => {
			for (const command of line.#waiting.splice(0)) command.reject(new Error("netem has ended"));
		});
		return line;
	}

	/** A command as netem.c lists them. Rejects when it is not understood. */
	async command(text: string): Promise<string> {
		if (this.#process.exitCode !== null) throw new Error(`netem has ended; not done: ${text}`);
		const answer = new Promise<string>((resolve, reject) => this.#waiting.push({ resolve, reject }));
		this.#process.stdin?.write(`${text}\n`);
		const line = await answer;
		if (line.startsWith("error")) throw new Error(`netem: ${line}`);
		return line;
	}

	async counters(): Promise<LineCounters> {
		return JSON.parse(await this.command("stats"));
	}

	/** Processor's time that it took so far. */
	cpuMs(): number {
		return Number(readFileSync(`/proc/${this.#process.pid}/schedstat`, "utf8").split(" ")[0]) / 1e6;
	}

	close(): void {
		this.#process.stdin?.end();
	}
}

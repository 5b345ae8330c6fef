import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Host } from "../host.ts";
import { root } from "../namespaces.ts";
import type { Attempt } from "./attempt.ts";

export interface ConnectLoopOptions {
	address: string;
	/** Default 13, where the lab's servers say who the client is. */
	port?: number;
	/** Default 20. */
	everyMs?: number;
	/** Default 3 000. */
	timeoutMs?: number;
}

/** A LAN host that opens a connection every few milliseconds: what users notice of a failover. */
export class ConnectLoop {
	/** Decided ones, in the order they were decided. */
	readonly attempts: Attempt[] = [];
	readonly #process: ChildProcess;
	readonly #ended: Promise<unknown>;

	private constructor(process: ChildProcess) {
		this.#process = process;
		this.#ended = new Promise((resolve) => process.once("close", resolve));
		if (process.stdout)
			createInterface(process.stdout).on("line", (line) => this.attempts.push(JSON.parse(line)));
	}

	static start(host: Host, options: ConnectLoopOptions): ConnectLoop {
		const { address, port = 13, everyMs = 20, timeoutMs = 3000 } = options;
		const program = join(root, "dist/lab/connect-loop.mjs");
		const words = [address, port, everyMs, timeoutMs].map(String);
		return new ConnectLoop(
			host.spawn([process.execPath, program, ...words], { stdio: ["pipe", "pipe", "inherit"] }),
		);
	}

	/** Opens no more, waits until every connection is decided, and gives them in the order they were opened. */
	async stop(): Promise<Attempt[]> {
		this.#process.stdin?.end();
		await this.#ended;
		return this.attempts.sort((a, b) => a.number - b.number);
	}
}

/** CLOCK_MONOTONIC in ms, to be compared with Attempt.startMs. */
export function monotonicMs(): number {
	return Number(process.hrtime.bigint() / 1000n) / 1000;
}

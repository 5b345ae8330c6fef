import type { RpcTable } from "./rpc-channel.ts";
import { RpcError } from "./rpc-error.ts";

export interface PollOptions {
	/** How long the method may hold its answer back, in ms. */
	holdMs: number;
	/** The sequence of the last answer; what argsOf() gets for the next call. */
	sinceOf(answer: RpcTable): number;
	onAnswer(answer: RpcTable): void;
	/** Told of every failed attempt; it is tried again by itself, after a lost session once there is a new one. */
	onFailure?(error: RpcError): void;
}

/** Sends one call that may be held back. */
export type SendPoll = (args: RpcTable, timeoutMs: number) => { answer: Promise<RpcTable>; abort(): void };

/** Beyond the hold the answer has this long for its way; then the connection is taken for dead. */
const graceMs = 2000;
const firstRetryMs = 500;
const maxRetryMs = 5000;
/** Between two calls when nothing new came, should the method not hold its answer back. */
const idleMs = 250;

/** Keeps one call of a method waiting at the router, which answers when something newer than `since` exists. */
export class LongPoll {
	readonly #send: SendPoll;
	readonly #argsOf: (since: number | null) => RpcTable;
	readonly #options: PollOptions;
	#since: number | null = null;
	#retryMs = firstRetryMs;
	#timer: ReturnType<typeof setTimeout> | null = null;
	#held: { abort(): void } | null = null;
	#running = false;

	constructor(send: SendPoll, argsOf: (since: number | null) => RpcTable, options: PollOptions) {
		this.#send = send;
		this.#argsOf = argsOf;
		this.#options = options;
	}

	/** Starts, or tries again at once when it is waiting after a failure. */
	start(): void {
		this.#running = true;
		this.#retryMs = firstRetryMs;
		if (this.#held !== null) return;
		this.#clear();
		this.#ask();
	}

	/** Gives the held call up, and with it the browser's connection. */
	stop(): void {
		this.#running = false;
		this.#clear();
		this.#held?.abort();
		this.#held = null;
	}

	#schedule(delayMs: number): void {
		this.#clear();
		this.#timer = setTimeout(() => this.#ask(), delayMs);
	}

	#clear(): void {
		if (this.#timer !== null) clearTimeout(this.#timer);
		this.#timer = null;
	}

	#ask(): void {
		this.#timer = null;
		const held = this.#send(this.#argsOf(this.#since), this.#options.holdMs + graceMs);
		this.#held = held;
		held.answer.then(
			(answer) => {
				if (this.#held === held) this.#answered(answer);
			},
			(error: unknown) => {
				if (this.#held === held) this.#failed(error);
			},
		);
	}

	#answered(answer: RpcTable): void {
		const before = this.#since;
		this.#held = null;
		this.#retryMs = firstRetryMs;
		this.#since = this.#options.sinceOf(answer);
		this.#options.onAnswer(answer);
		if (this.#running && this.#held === null) this.#schedule(this.#since === before ? idleMs : 0);
	}

	#failed(error: unknown): void {
		this.#held = null;
		const failure = error instanceof RpcError ? error : new RpcError("down", String(error));
		// Without a session only start() helps, which a new one calls.
		if (this.#running && failure.kind !== "session") this.#schedule(this.#retryMs);
		this.#retryMs = Math.min(this.#retryMs * 2, maxRetryMs);
		this.#options.onFailure?.(failure);
	}
}

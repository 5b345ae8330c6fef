import { monotonicMs } from "polywan-runtime/clock";
import { type Child, spawn } from "polywan-runtime/process";
import { LineReader } from "./line-reader.ts";

const PLUGIN_FOLDER = "/usr/lib/polywan/plugins";

const LEAST_PAUSE_MS = 1000;
/** One that held that long is started again soon. */
const GOOD_AFTER_MS = 60_000;
const MOST_WAITING = 20;
const MOST_ERROR_BYTES = 4096;
/** Sets the limit, then becomes the program; both come as arguments, so no shell reads them. */
const LIMITED = 'ulimit -v "$1" && exec "$2"';

/** What every message of a plugin has; `id` is that of the question it answers. */
interface Message {
	readonly type: string;
	readonly id?: number;
}

export interface PluginOptions<M extends Message> {
	/** Of a file in the folder of plugins. */
	readonly program: string;
	/** Of its address space. */
	readonly memoryMb: number;
	/** Longest it may take for an answer. */
	readonly timeoutMs: number;
	/** Longest pause before one that ends again and again is started again. */
	readonly mostPauseMs: number;
	/** Null: the line is no message. */
	parse(line: string): M | null;
	/** It began and said what it can do. */
	onHello(hello: M): void;
	/** To the question that was asked last. */
	onAnswer(answer: M): void;
	/** It ended, or was ended; what it was asked gets no answer. It is started again. */
	onEnded(why: string): void;
}

/** A child that speaks JSON lines: one question at a time, ended when it is late or talks nonsense, started again when it ends. */
export class PluginProcess<M extends Message> {
	readonly #options: PluginOptions<M>;
	/** Why it does not work; null: it does. */
	trouble: string | null = "not started yet";
	#child: Child | null = null;
	#id = 0;
	/** The question it owes an answer to, if any; 0: its hello. */
	#owed: number | null = null;
	#waiting: object[] = [];
	#deadline: number | undefined;
	#starting: number | undefined;
	#pauseMs = LEAST_PAUSE_MS;
	#verdict: string | null = null;
	#closed = false;

	constructor(options: PluginOptions<M>) {
		this.#options = options;
	}

	start(): void {
		const { program, memoryMb } = this.#options;
		const reader = new LineReader();
		const startedAtMs = monotonicMs();
		this.#verdict = null;
		try {
			const path = `${PLUGIN_FOLDER}/${program}`;
			const child = spawn(["/bin/sh", "-c", LIMITED, "sh", String(memoryMb * 1024), path], {
				input: "pipe",
				output: (chunk) => this.#receive(child, reader, chunk),
				maxOutputBytes: MOST_ERROR_BYTES,
				cwd: "/",
			});
			this.#child = child;
			void child.done.then(({ stderr, exitCode, signal }) => {
				const said = new TextDecoder().decode(stderr).trim().split("\n").at(-1);
				this.#ended(child, said || `it ended with ${exitCode ?? signal}`, monotonicMs() - startedAtMs);
			});
			this.#owe(0, { type: "hello", version: 1 });
		} catch (error) {
			this.#ended(null, error instanceof Error ? error.message : String(error), 0);
		}
	}

	close(): void {
		this.#closed = true;
		clearTimeout(this.#deadline);
		clearTimeout(this.#starting);
		this.#child?.kill("SIGTERM");
	}

	/** False: it does not run, or is too far behind. The question gets an `id`. */
	ask(question: object): boolean {
		if (this.trouble !== null || this.#waiting.length >= MOST_WAITING) return false;
		this.#waiting.push(question);
		this.#next();
		return true;
	}

	/** Whether it has nothing to do. */
	get isFree(): boolean {
		return this.trouble === null && this.#owed === null;
	}

	#receive(child: Child, reader: LineReader, chunk: Uint8Array): void {
		if (child !== this.#child || this.#verdict !== null) return;
		try {
			for (const line of reader.push(chunk)) {
				const message = this.#options.parse(line);
				if (message === null) throw new Error(`it said what is no message: ${line.slice(0, 80)}`);
				this.#take(message);
			}
		} catch (error) {
			this.#punish(error instanceof Error ? error.message : String(error));
		}
	}

	#take(message: M): void {
		const isHello = message.type === "hello";
		if (isHello ? this.#owed !== 0 : message.id !== this.#owed) return;
		clearTimeout(this.#deadline);
		this.#owed = null;
		if (isHello) {
			this.trouble = null;
			this.#options.onHello(message);
		} else this.#options.onAnswer(message);
		this.#next();
	}

	#next(): void {
		if (this.#owed !== null) return;
		const question = this.#waiting.shift();
		if (question === undefined) return;
		this.#id++;
		this.#owe(this.#id, { id: this.#id, ...question });
	}

	#owe(id: number, question: object): void {
		this.#owed = id;
		clearTimeout(this.#deadline);
		const { timeoutMs } = this.#options;
		this.#deadline = setTimeout(() => this.#punish(`it gave no answer within ${timeoutMs} ms`), timeoutMs);
		this.#child?.write(`${JSON.stringify(question)}\n`);
	}

	#punish(why: string): void {
		this.#verdict = why;
		this.#child?.kill("SIGKILL");
	}

	#ended(child: Child | null, why: string, ranMs: number): void {
		if (child !== this.#child || this.#closed) return;
		clearTimeout(this.#deadline);
		this.#child = null;
		this.#waiting = [];
		this.#owed = null;
		this.trouble = this.#verdict ?? why;
		if (ranMs >= GOOD_AFTER_MS) this.#pauseMs = LEAST_PAUSE_MS;
		this.#starting = setTimeout(() => this.start(), this.#pauseMs);
		this.#pauseMs = Math.min(2 * this.#pauseMs, this.#options.mostPauseMs);
		this.#options.onEnded(this.trouble);
	}
}

import type { LogWriter } from "polywan/log";
import type { MetricFamily } from "polywan-core/metrics/family";
import type { PolywanEvent } from "polywan-core/status";
import { monotonicMs } from "polywan-runtime/clock";
import { type Child, spawn } from "polywan-runtime/process";
import type { Listener } from "../bus/feed.ts";
import type { PluginModel } from "../config/model.ts";
import { LineReader } from "./line-reader.ts";
import { type PluginMessage, parsePluginLine, type Role } from "./message.ts";

export const PLUGIN_FOLDER = "/usr/lib/polywan/plugins";

const LEAST_PAUSE_MS = 1000;
const MOST_PAUSE_MS = 300_000;
/** One that held that long is started again soon. */
const GOOD_AFTER_MS = 60_000;
/** Sets the limit, then becomes the program; both come as arguments, so no shell reads them. */
const LIMITED = 'ulimit -v "$1" && exec "$2"';

/** A child that speaks JSON lines: asked for metrics, told of events, ended when it is late, started again when it ends. */
export class Plugin implements Listener {
	readonly name: string;
	trouble: string | null = "not started yet";
	readonly #model: PluginModel;
	readonly #log: LogWriter;
	#child: Child | null = null;
	#roles: readonly Role[] = [];
	#families: readonly MetricFamily[] = [];
	#id = 0;
	/** The question it owes an answer to, if any; 0: its hello. */
	#owed: number | null = null;
	#waiting: string[] = [];
	#deadline: number | undefined;
	#collecting: number | undefined;
	#starting: number | undefined;
	#pauseMs = LEAST_PAUSE_MS;
	#closed = false;

	constructor(model: PluginModel, log: LogWriter) {
		this.name = `plugin ${model.name}`;
		this.#model = model;
		this.#log = log;
	}

	/** What it said last; nothing while it does not run. */
	get families(): readonly MetricFamily[] {
		return this.#families;
	}

	start(): void {
		const { program, memoryMb } = this.#model;
		const reader = new LineReader();
		const startedAtMs = monotonicMs();
		try {
			const path = `${PLUGIN_FOLDER}/${program}`;
			const child = spawn(["/bin/sh", "-c", LIMITED, "sh", String(memoryMb * 1024), path], {
				input: "pipe",
				output: (chunk) => this.#receive(child, reader, chunk),
				maxOutputBytes: 4096,
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
		for (const timer of [this.#deadline, this.#collecting, this.#starting]) clearTimeout(timer);
		this.#child?.kill("SIGTERM");
	}

	onEvents(events: readonly PolywanEvent[]): void {
		if (!this.#roles.includes("alerts")) return;
		this.#ask({ type: "events", events });
	}

	#receive(child: Child, reader: LineReader, chunk: Uint8Array): void {
		if (child !== this.#child) return;
		try {
			for (const line of reader.push(chunk)) {
				const message = parsePluginLine(line, this.#model.name);
				if (message === null) throw new Error(`it said what is no message: ${line.slice(0, 80)}`);
				this.#take(message);
			}
		} catch (error) {
			this.#punish(error instanceof Error ? error.message : String(error));
		}
	}

	#take(message: PluginMessage): void {
		if (message.type === "hello") {
			if (this.#owed !== 0) return;
			this.#roles = message.roles;
			this.trouble = null;
			this.#log("info", "plugin: started", { plugin: this.#model.name, roles: message.roles.join(" ") });
			if (message.roles.includes("metrics")) this.#collect();
		} else if (message.id !== this.#owed) return;
		else if (message.type === "metrics") this.#families = message.families;
		clearTimeout(this.#deadline);
		this.#owed = null;
		this.#next();
	}

	#collect(): void {
		clearTimeout(this.#collecting);
		this.#ask({ type: "collect" });
		this.#collecting = setTimeout(() => this.#collect(), this.#model.intervalMs);
	}

	/** One question at a time; a plugin that is behind gets no more than a few. */
	#ask(question: object): void {
		if (this.#waiting.length >= 20) return;
		this.#waiting.push(JSON.stringify(question));
		this.#next();
	}

	#next(): void {
		if (this.#owed !== null) return;
		const question = this.#waiting.shift();
		if (question === undefined) return;
		this.#id++;
		this.#owe(this.#id, { id: this.#id, ...JSON.parse(question) });
	}

	#owe(id: number, question: object): void {
		this.#owed = id;
		clearTimeout(this.#deadline);
		const { timeoutMs } = this.#model;
		this.#deadline = setTimeout(() => this.#punish(`it gave no answer within ${timeoutMs} ms`), timeoutMs);
		this.#child?.write(`${JSON.stringify(question)}\n`);
	}

	#punish(why: string): void {
		const child = this.#child;
		this.trouble = why;
		child?.kill("SIGKILL");
	}

	#ended(child: Child | null, why: string, ranMs: number): void {
		if (child !== this.#child || this.#closed) return;
		clearTimeout(this.#deadline);
		clearTimeout(this.#collecting);
		this.#child = null;
		this.#roles = [];
		this.#families = [];
		this.#waiting = [];
		this.#owed = null;
		this.trouble = this.trouble ?? why;
		this.#log("warning", "plugin: ended, will be started again", {
			plugin: this.#model.name,
			error: this.trouble === "not started yet" ? why : this.trouble,
		});
		if (ranMs >= GOOD_AFTER_MS) this.#pauseMs = LEAST_PAUSE_MS;
		this.#starting = setTimeout(() => this.start(), this.#pauseMs);
		this.#pauseMs = Math.min(2 * this.#pauseMs, MOST_PAUSE_MS);
		this.trouble = this.trouble === "not started yet" ? why : this.trouble;
	}
}

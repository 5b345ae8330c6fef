import type { LogWriter } from "polywan/log";
import { PluginProcess } from "polywan/plugin/plugin-process";
import type { MetricFamily } from "polywan-core/metrics/family";
import type { PolywanEvent } from "polywan-core/status";
import type { Listener } from "../bus/feed.ts";
import type { PluginModel } from "../config/model.ts";
import { type PluginMessage, parsePluginLine, type Role } from "./message.ts";

const MOST_PAUSE_MS = 300_000;

/** A plugin that is asked for metrics and told of events. */
export class Plugin implements Listener {
	readonly name: string;
	readonly #model: PluginModel;
	readonly #log: LogWriter;
	readonly #process: PluginProcess<PluginMessage>;
	#roles: readonly Role[] = [];
	#families: readonly MetricFamily[] = [];
	#collecting: number | undefined;

	constructor(model: PluginModel, log: LogWriter) {
		this.name = `plugin ${model.name}`;
		this.#model = model;
		this.#log = log;
		this.#process = new PluginProcess({
			program: model.program,
			memoryMb: model.memoryMb,
			timeoutMs: model.timeoutMs,
			mostPauseMs: MOST_PAUSE_MS,
			parse: (line) => parsePluginLine(line, model.name),
			onHello: (hello) => this.#begin(hello),
			onAnswer: (answer) => {
				if (answer.type === "metrics") this.#families = answer.families;
			},
			onEnded: (why) => this.#ended(why),
		});
	}

	get trouble(): string | null {
		return this.#process.trouble;
	}

	/** What it said last; nothing while it does not run. */
	get families(): readonly MetricFamily[] {
		return this.#families;
	}

	start(): void {
		this.#process.start();
	}

	close(): void {
		clearTimeout(this.#collecting);
		this.#process.close();
	}

	onEvents(events: readonly PolywanEvent[]): void {
		if (this.#roles.includes("alerts")) this.#process.ask({ type: "events", events });
	}

	#begin(hello: PluginMessage): void {
		if (hello.type !== "hello") return;
		this.#roles = hello.roles;
		this.#log("info", "plugin: started", { plugin: this.#model.name, roles: hello.roles.join(" ") });
		if (hello.roles.includes("metrics")) this.#collect();
	}

	#collect(): void {
		clearTimeout(this.#collecting);
		this.#process.ask({ type: "collect" });
		this.#collecting = setTimeout(() => this.#collect(), this.#model.intervalMs);
	}

	#ended(why: string): void {
		clearTimeout(this.#collecting);
		this.#roles = [];
		this.#families = [];
		const fields = { plugin: this.#model.name, error: why };
		this.#log("warning", "plugin: ended, will be started again", fields);
	}
}

import { type HealthMessage, parseHealthLine } from "polywan-core/health/plugin-message";
import type { PluginTarget, ProbeTarget } from "polywan-core/health/probe-target";
import { monotonicUs } from "polywan-runtime/clock";
import { PluginProcess } from "../plugin/plugin-process.ts";
import type { Prober, ProberOptions } from "./prober.ts";

/** An uplink may be down for as long as its plugin is. */
const MOST_PAUSE_MS = 30_000;

/** Asks programs that stay: each uplink has one of its own in each IP version, so that none waits for another's. */
export class PluginProber implements Prober {
	readonly #options: ProberOptions;
	readonly #plugins = new Map<string, AskedPlugin>();

	constructor(options: ProberOptions) {
		this.#options = options;
	}

	send(target: ProbeTarget, text: string, sequence: number): void {
		if (target.method !== "plugin") return;
		const plugin = this.#plugins.get(text) ?? new AskedPlugin(target, text, this.#options);
		this.#plugins.set(text, plugin);
		plugin.ask(sequence);
	}

	close(): void {
		for (const plugin of this.#plugins.values()) plugin.close();
		this.#plugins.clear();
	}
}

class AskedPlugin {
	readonly #target: PluginTarget;
	readonly #text: string;
	readonly #options: ProberOptions;
	readonly #process: PluginProcess<HealthMessage>;
	#asked: { readonly sequence: number; readonly atUs: number } | null = null;
	#refusal: string | null = null;
	/** Asked while it was being started. */
	#first: number | null = null;

	constructor(target: PluginTarget, text: string, options: ProberOptions) {
		this.#target = target;
		this.#text = text;
		this.#options = options;
		this.#process = new PluginProcess({
			...target,
			mostPauseMs: MOST_PAUSE_MS,
			parse: parseHealthLine,
			onHello: (hello) => this.#begin(hello),
			onAnswer: (answer) => this.#take(answer),
			onEnded: (why) => {
				this.#fail(why);
				if (this.#first !== null) this.#tell(this.#first, why);
				this.#first = null;
			},
		});
		this.#process.start();
	}

	ask(sequence: number): void {
		const trouble = this.#refusal ?? this.#process.trouble;
		if (this.#refusal === null && this.#process.isFree) this.#askNow(sequence);
		else if (trouble === "not started yet") this.#first = sequence;
		else queueMicrotask(() => this.#tell(sequence, trouble ?? "it has not answered the question before"));
	}

	close(): void {
		this.#process.close();
	}

	#begin(hello: HealthMessage): void {
		this.#refusal = hello.type === "hello" && hello.isForHealth ? null : "it is none for health";
		const first = this.#first;
		this.#first = null;
		if (first !== null) this.ask(first);
	}

	#askNow(sequence: number): void {
		const { uplink, family, device, mark, addresses, gateway } = this.#options;
		this.#asked = { sequence, atUs: monotonicUs() };
		this.#process.ask({
			type: "probe",
			uplink,
			family: family === 4 ? "ipv4" : "ipv6",
			device,
			mark,
			address: addresses[0] ?? "",
			gateway: gateway ?? "",
			argument: this.#target.argument,
		});
	}

	#take(answer: HealthMessage): void {
		const asked = this.#asked;
		if (answer.type !== "health" || asked === null) return;
		if (!answer.ok) {
			this.#fail(answer.reason || "it says no");
			return;
		}
		this.#asked = null;
		this.#options.onReply(this.#text, asked.sequence, answer.rttUs ?? monotonicUs() - asked.atUs);
	}

	#fail(why: string): void {
		const asked = this.#asked;
		this.#asked = null;
		if (asked !== null) this.#tell(asked.sequence, why);
	}

	#tell(sequence: number, why: string): void {
		this.#options.onFailure(this.#text, sequence, `plugin ${this.#target.program}: ${why}`);
	}
}

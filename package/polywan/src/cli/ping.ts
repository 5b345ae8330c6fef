import { onSignal } from "polywan-runtime/signal";
import { PingProber } from "../probe/ping.ts";
import type { ProberOptions } from "../probe/prober.ts";
import { print } from "./print.ts";
import { chooseProber, readHost, readNumber, renderHost, resolveHost } from "./uplink-prober.ts";
import { EXIT, UsageError, type Verb } from "./verb.ts";

const COUNT = { min: 1, usual: 5, max: 1000 };
const SIZE = { min: 0, usual: 56, max: 1472 };
const INTERVAL_MS = 1000;
/** After this a probe counts as lost. */
const PATIENCE_MS = 2000;

export const pingVerb: Verb = {
	name: "ping",
	usage: "<uplink> <host> [--count <n>] [--size <bytes>] [--family ipv4|ipv6]",
	help: "ping a host over an uplink",
	details:
		"By the uplink's own device and name servers, whatever its state and the rules say. Exit code 1 when nothing comes back.",
	options: ["count=", "size=", "family="],
	mostArguments: 2,
	run: async (given) => {
		const [name, word] = given.words;
		if (name === undefined) throw new UsageError("which uplink?");
		const host = readHost(word);
		const count = readNumber(given, "count", COUNT);
		const payloadBytes = readNumber(given, "size", SIZE);
		const prober = { ...(await chooseProber(given, name, host)), payloadBytes };
		const address = await resolveHost(prober, host);
		print(`${renderHost(host, address)} over ${name} (${prober.device}), ${payloadBytes} bytes each`);
		const results = await new PingRun(prober, address, count).run();
		print(renderSummary(results));
		return results.rttsMs.length > 0 ? EXIT.ok : EXIT.problem;
	},
};

interface Results {
	readonly sent: number;
	readonly rttsMs: readonly number[];
}

/** One probe a second; what becomes of each is printed as soon as it is known. */
class PingRun {
	readonly #pinger: PingProber;
	readonly #address: string;
	readonly #count: number;
	readonly #waiting = new Map<number, number>();
	readonly #rttsMs: number[] = [];
	#sent = 0;
	#finish: () => void = () => {};

	constructor(prober: ProberOptions, address: string, count: number) {
		this.#address = address;
		this.#count = count;
		this.#pinger = new PingProber({
			...prober,
			onReply: (target, sequence, rttUs) => {
				this.#rttsMs.push(rttUs / 1000);
				this.#settle(sequence, `${target}: ${renderRtt(rttUs / 1000)}`);
			},
			onFailure: (_, sequence, reason) => this.#settle(sequence, reason),
		});
	}

	async run(): Promise<Results> {
		const done = new Promise<void>((resolve) => {
			this.#finish = resolve;
		});
		const timer = setInterval(() => this.#send(), INTERVAL_MS);
		const stops = (["SIGINT", "SIGTERM"] as const).map((name) => onSignal(name, () => this.#finish()));
		this.#send();
		await done;
		clearInterval(timer);
		for (const deadline of this.#waiting.values()) clearTimeout(deadline);
		for (const stop of stops) stop();
		this.#pinger.close();
		return { sent: this.#sent - this.#waiting.size, rttsMs: this.#rttsMs };
	}

	#send(): void {
		if (this.#sent >= this.#count) return;
		const sequence = ++this.#sent;
		this.#waiting.set(
			sequence,
			setTimeout(() => this.#settle(sequence, "no answer"), PATIENCE_MS),
		);
		this.#pinger.send(this.#address, sequence);
	}

	#settle(sequence: number, outcome: string): void {
		const deadline = this.#waiting.get(sequence);
		if (deadline === undefined) return;
		clearTimeout(deadline);
		this.#waiting.delete(sequence);
		print(`${sequence}  ${outcome}`);
		if (this.#sent >= this.#count && this.#waiting.size === 0) this.#finish();
	}
}

function renderSummary({ sent, rttsMs }: Results): string {
	const lost = sent === 0 ? 0 : Math.round(((sent - rttsMs.length) * 100) / sent);
	const counted = `${sent} sent, ${rttsMs.length} received, ${lost} % lost`;
	if (rttsMs.length === 0) return counted;
	const sum = rttsMs.reduce((total, rtt) => total + rtt, 0);
	const figures = [Math.min(...rttsMs), sum / rttsMs.length, Math.max(...rttsMs)].map(renderRtt);
	return `${counted}; least ${figures[0]}, average ${figures[1]}, most ${figures[2]}`;
}

function renderRtt(ms: number): string {
	return `${ms < 100 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

import type { ProbeTarget, TcpTarget } from "polywan-core/health/probe-target";
import { monotonicUs } from "polywan-runtime/clock";
import { HostLookup } from "./host-lookup.ts";
import { addressOf, type Prober, type ProberOptions } from "./prober.ts";
import { Exchanges, TcpExchange } from "./tcp-exchange.ts";
import { latin1Of, utf8Of } from "./text.ts";

/** Of what comes back this much is searched. */
const MOST_BYTES = 64 * 1024;

/** Connects to a port; where asked for, says something and looks for an answer. */
export class TcpProber implements Prober {
	readonly #options: ProberOptions;
	readonly #exchanges = new Exchanges<TcpExchange>();
	readonly #hosts: HostLookup;

	constructor(options: ProberOptions) {
		this.#options = options;
		this.#hosts = new HostLookup(options);
	}

	send(target: ProbeTarget, text: string, sequence: number): void {
		if (target.method !== "tcp") return;
		const fail = (reason: string) => this.#options.onFailure(text, sequence, reason);
		this.#hosts.find(target.host, (address) => this.#ask(target, address, text, sequence), fail);
	}

	close(): void {
		this.#exchanges.close();
		this.#hosts.close();
	}

	#ask(target: TcpTarget, address: string, text: string, sequence: number): void {
		const { family, ifindex, onReply, onFailure } = this.#options;
		const startUs = monotonicUs();
		const said = utf8Of(target.send ?? "");
		const expected = target.expect === null ? null : latin1Of(utf8Of(target.expect));
		let heard = "";
		const done = () => {
			this.#exchanges.end(exchange);
			onReply(text, sequence, monotonicUs() - startUs);
		};
		const failed = (reason: string) => {
			this.#exchanges.end(exchange);
			onFailure(text, sequence, reason);
		};
		const exchange = new TcpExchange(addressOf(family, address, target.port, ifindex), this.#options, said, {
			onConnected: () => {
				if (expected === null && said.length === 0) done();
			},
			onData: (bytes) => {
				heard += latin1Of(bytes);
				if (expected === null || heard.includes(expected)) done();
				else if (heard.length >= MOST_BYTES) failed("the answer is not the one expected");
			},
			onEnd: (reason) => {
				if (reason !== null) failed(reason);
				else if (expected === null) done();
				else failed(heard === "" ? "closed without an answer" : "the answer is not the one expected");
			},
		});
		this.#exchanges.add(exchange);
	}
}

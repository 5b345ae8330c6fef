import { type ProbeMethod, type ProbeTarget, parseProbeTarget } from "polywan-core/health/probe-target";
import { DnsProber } from "./dns.ts";
import { NeighbourProber } from "./neighbour.ts";
import { PingProber } from "./ping.ts";
import { describeProbeError, type Prober, type ProberOptions } from "./prober.ts";
import { ScriptProber } from "./script.ts";
import { TcpProber } from "./tcp.ts";

/** Asks targets of every kind through one uplink in one family. */
export class ProberSet {
	readonly #options: ProberOptions;
	readonly #probers = new Map<ProbeMethod, Prober>();
	readonly #targets = new Map<string, ProbeTarget | null>();
	#closed = false;

	constructor(options: ProberOptions) {
		this.#options = {
			...options,
			onReply: (target, sequence, rttUs) => {
				if (!this.#closed) options.onReply(target, sequence, rttUs);
			},
			onFailure: (target, sequence, reason, portal) => {
				if (!this.#closed) options.onFailure(target, sequence, reason, portal);
			},
		};
	}

	/** `asked`: the target's text, and what the answer is told under where that is another. What fails is told by `onFailure`. */
	send(asked: string, sequence: number, text = asked): void {
		const target = this.#parse(asked);
		try {
			if (target === null) throw new Error(`${asked} cannot be asked`);
			this.#prober(target.method).send(target, text, sequence);
		} catch (error) {
			const reason = describeProbeError(error);
			queueMicrotask(() => this.#options.onFailure(text, sequence, reason));
		}
	}

	close(): void {
		this.#closed = true;
		for (const prober of this.#probers.values()) prober.close();
		this.#probers.clear();
	}

	#parse(text: string): ProbeTarget | null {
		const known = this.#targets.get(text);
		if (known !== undefined) return known;
		const target = parseProbeTarget(text);
		this.#targets.set(text, target);
		return target;
	}

	#prober(method: ProbeMethod): Prober {
		const known = this.#probers.get(method);
		if (known !== undefined) return known;
		const prober = this.#open(method);
		this.#probers.set(method, prober);
		return prober;
	}

	#open(method: ProbeMethod): Prober {
		switch (method) {
			case "ping":
				return new AddressPinger(this.#options);
			case "arp":
				return new NeighbourProber(this.#options);
			case "tcp":
				return new TcpProber(this.#options);
			case "dns":
				return new DnsProber(this.#options);
			case "http":
			case "https":
				return new LateProber(
					this.#options,
					import("./http.ts").then(({ HttpProber }) => new HttpProber(this.#options)),
				);
			case "script":
				return new ScriptProber(this.#options);
			case "plugin":
				return new LateProber(
					this.#options,
					import("./plugin.ts").then(({ PluginProber }) => new PluginProber(this.#options)),
				);
		}
	}
}

/** One whose code is read from the program's file when it is wanted. */
class LateProber implements Prober {
	readonly #options: ProberOptions;
	readonly #prober: Promise<Prober>;
	#closed = false;

	constructor(options: ProberOptions, prober: Promise<Prober>) {
		this.#options = options;
		this.#prober = prober;
	}

	send(target: ProbeTarget, text: string, sequence: number): void {
		const sent = this.#prober.then((prober) => {
			if (!this.#closed) prober.send(target, text, sequence);
		});
		sent.catch((error: unknown) => this.#options.onFailure(text, sequence, describeProbeError(error)));
	}

	close(): void {
		this.#closed = true;
		void this.#prober.then((prober) => prober.close());
	}
}

/** Pings by address, and calls the targets by their texts again. */
class AddressPinger implements Prober {
	readonly #pinger: PingProber;
	readonly #texts = new Map<string, string>();

	constructor(options: ProberOptions) {
		const textOf = (address: string) => this.#texts.get(address) ?? address;
		this.#pinger = new PingProber({
			...options,
			onReply: (address, sequence, rttUs) => options.onReply(textOf(address), sequence, rttUs),
			onFailure: (address, sequence, reason) => options.onFailure(textOf(address), sequence, reason),
		});
	}

	send(target: ProbeTarget, text: string, sequence: number): void {
		if (target.method !== "ping") return;
		if (text !== target.address) this.#texts.set(target.address, text);
		this.#pinger.send(target.address, sequence);
	}

	close(): void {
		this.#pinger.close();
	}
}

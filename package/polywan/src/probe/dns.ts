import { buildQuery, type DnsReply, judgeReply, parseReply } from "polywan-core/health/probe-dns";
import type { DnsTarget, ProbeTarget } from "polywan-core/health/probe-target";
import { monotonicMs, monotonicUs } from "polywan-runtime/clock";
import { Socket } from "polywan-runtime/socket";
import { addressOf, bindToUplink, describeProbeError, type Prober, type ProberOptions } from "./prober.ts";
import { Exchanges, TcpExchange } from "./tcp-exchange.ts";

const buffer = new Uint8Array(4096);

/** Asks name servers, over UDP or TCP. */
export class DnsProber implements Prober {
	readonly #options: ProberOptions;
	readonly #exchanges = new Exchanges<{ readonly startedMs: number; close(): void }>();
	#turn = 0;

	constructor(options: ProberOptions) {
		this.#options = options;
	}

	send(target: ProbeTarget, text: string, sequence: number): void {
		if (target.method !== "dns") return;
		const { dnsServers, family } = this.#options;
		const server = target.server ?? dnsServers[this.#turn++ % Math.max(1, dnsServers.length)];
		if (server === undefined) throw new Error(`the link has no IPv${family} name server`);
		const query = buildQuery(Math.floor(Math.random() * 65_536), target.name, target.type);
		const startUs = monotonicUs();
		const settle = (reason: string | null) => {
			if (reason === null) this.#options.onReply(text, sequence, monotonicUs() - startUs);
			else this.#options.onFailure(text, sequence, reason);
		};
		if (target.overTcp) this.#askOverTcp(target, server, query, settle);
		else this.#askOverUdp(target, server, query, settle);
	}

	close(): void {
		this.#exchanges.close();
	}

	/** A socket of its own for each query: its port is one more thing a forger must guess. */
	#askOverUdp(
		target: DnsTarget,
		server: string,
		query: Uint8Array,
		settle: (reason: string | null) => void,
	): void {
		const { family, ifindex } = this.#options;
		const socket = Socket.open(family === 4 ? "inet" : "inet6", "dgram");
		try {
			bindToUplink(socket, this.#options);
			socket.connect(addressOf(family, server, target.port, ifindex));
			socket.send(query);
		} catch (error) {
			socket.close();
			throw error;
		}
		const exchange = this.#exchanges.add({ startedMs: monotonicMs(), close: () => socket.close() });
		socket.watch({ read: true }, () => {
			const reply = receiveReply(socket, query);
			if (reply === null) return;
			this.#exchanges.end(exchange);
			if (typeof reply === "string") settle(reply);
			else if (reply.truncated && target.expect !== null) this.#askOverTcp(target, server, query, settle);
			else settle(judgeReply(reply, target.expect));
		});
	}

	#askOverTcp(
		target: DnsTarget,
		server: string,
		query: Uint8Array,
		settle: (reason: string | null) => void,
	): void {
		const { family, ifindex } = this.#options;
		let held = new Uint8Array(0);
		const done = (reason: string | null) => {
			this.#exchanges.end(exchange);
			settle(reason);
		};
		const message = new Uint8Array(query.length + 2);
		new DataView(message.buffer).setUint16(0, query.length);
		message.set(query, 2);
		const exchange = new TcpExchange(
			addressOf(family, server, target.port, ifindex),
			this.#options,
			message,
			{
				onConnected: () => {},
				onData: (bytes) => {
					held = joined(held, bytes);
					const size = held.length < 2 ? 0 : ((held[0] ?? 0) << 8) | (held[1] ?? 0);
					if (held.length < 2 + size || size === 0) return;
					const reply = parseReply(query, held.subarray(2, 2 + size));
					done(reply === null ? "the answer is damaged" : judgeReply(reply, target.expect));
				},
				onEnd: (reason) => done(reason ?? "closed without an answer"),
			},
		);
		this.#exchanges.add(exchange);
	}
}

/** A text is why there will be none; null: wait on. */
function receiveReply(socket: Socket, query: Uint8Array): DnsReply | string | null {
	try {
		const received = socket.receive(buffer);
		return received === null ? null : parseReply(query, buffer.subarray(0, received.bytes));
	} catch (error) {
		return describeProbeError(error);
	}
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
	const both = new Uint8Array(one.length + other.length);
	both.set(one);
	both.set(other, one.length);
	return both;
}

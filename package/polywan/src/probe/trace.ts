import { internetChecksum } from "polywan-runtime/checksum";
import { monotonicUs } from "polywan-runtime/clock";
import { pid } from "polywan-runtime/program";
import { type Address, Socket } from "polywan-runtime/socket";
import { buildIcmpFilter } from "./filter.ts";
import { buildEchoRequest, ICMP, parseIcmp } from "./icmp.ts";
import { addressOf, bindToUplink, describeProbeError, type ProberOptions } from "./prober.ts";

/** As traceroute(8). */
const PROBES = 3;
const PATIENCE_MS = 1000;
const PAYLOAD_BYTES = 32;

export interface Hop {
	/** From 1. */
	readonly number: number;
	/** Who answered, with the round trips; routers that share the load are several. */
	readonly answers: readonly { readonly address: string; readonly rttMs: number }[];
	/** Why it goes no further; null: it does, or `reached`. */
	readonly failure: string | null;
	readonly reached: boolean;
}

/** Tells the routers on the way to a host, one hop after the other: ICMP echo requests that may go that far and no further. */
export class Trace {
	readonly #options: ProberOptions;
	readonly #target: string;
	readonly #identifier = pid() & 0xffff;
	readonly #socket: Socket;
	readonly #buffer = new Uint8Array(2048);
	#take: (from: string, sequence: number, atUs: number, failure: string | null) => void = () => {};
	#sequence = 0;

	/** Throws SystemError. */
	constructor(options: ProberOptions, target: string) {
		const { family } = options;
		this.#options = options;
		this.#target = target;
		this.#socket = Socket.open(family === 4 ? "inet" : "inet6", "raw", ICMP[family].protocol);
		try {
			this.#socket.attachFilter(buildIcmpFilter(family, this.#identifier));
			bindToUplink(this.#socket, options);
			this.#socket.watch({ read: true }, () => this.#receive());
		} catch (error) {
			this.#socket.close();
			throw error;
		}
	}

	close(): void {
		this.#socket.close();
	}

	/** Asks the hop of that number; ends when all answered, or after a second. */
	ask(number: number): Promise<Hop> {
		const answers: { address: string; rttMs: number }[] = [];
		const sent = new Map<number, number>();
		let failure: string | null = null;
		return new Promise((resolve) => {
			const end = () => {
				clearTimeout(deadline);
				this.#take = () => {};
				const reached = answers.some(({ address }) => address === this.#target);
				resolve({ number, answers, failure: reached ? null : failure, reached });
			};
			const deadline = setTimeout(end, PATIENCE_MS);
			this.#take = (address, sequence, atUs, trouble) => {
				const sentUs = sent.get(sequence);
				if (sentUs === undefined || !sent.delete(sequence)) return;
				answers.push({ address, rttMs: (atUs - sentUs) / 1000 });
				failure ??= trouble;
				if (answers.length === PROBES) end();
			};
			try {
				this.#socket.setOption(this.#options.family === 4 ? "ttl" : "hopLimit", number);
				for (let probe = 0; probe < PROBES; probe++) sent.set(this.#send(), monotonicUs());
			} catch (error) {
				failure = describeProbeError(error);
				end();
			}
		});
	}

	#send(): number {
		const { family, ifindex } = this.#options;
		this.#sequence++;
		const packet = buildEchoRequest(family, this.#identifier, PAYLOAD_BYTES);
		const view = new DataView(packet.buffer);
		view.setUint16(6, this.#sequence);
		if (family === 4) view.setUint16(2, internetChecksum(packet));
		this.#socket.send(packet, addressOf(family, this.#target, 0, ifindex));
		return this.#sequence;
	}

	#receive(): void {
		const { family } = this.#options;
		try {
			for (;;) {
				const received = this.#socket.receive(this.#buffer);
				if (received === null) return;
				const atUs = monotonicUs();
				const message = parseIcmp(family, this.#buffer.subarray(0, received.bytes));
				const from = textOf(received.from);
				if (message === null || message.identifier !== this.#identifier || from === null) continue;
				const failure = message.kind === "reply" || message.expired ? null : message.reason;
				this.#take(from, message.sequence, atUs, failure);
			}
		} catch {
			// The device went down or away: nothing more comes, which the deadline tells.
		}
	}
}

function textOf(from: Address | null): string | null {
	return from !== null && (from.family === "inet" || from.family === "inet6") ? from.address : null;
}

import type { ProbeTarget } from "polywan-core/health/probe-target";
import { monotonicUs } from "polywan-runtime/clock";
import { SystemError } from "polywan-runtime/error";
import { readText } from "polywan-runtime/file";
import { Socket } from "polywan-runtime/socket";
import {
	buildArpRequest,
	buildSolicitation,
	ETHERTYPE_ARP,
	NEIGHBOUR_ADVERTISEMENT,
	parseAdvertisement,
	parseArpReply,
} from "./neighbour-message.ts";
import { addressOf, bindToUplink, type Prober, type ProberOptions } from "./prober.ts";

const ICMPV6 = 58;
/** RFC 4861, 7.1.1: others are dropped, so that nobody behind a router can forge them. */
const HOP_LIMIT = 255;
const BROADCAST = new Uint8Array(6).fill(0xff);
const RECEIVE_AT_ONCE = 32;
/** Neighbours answer within a link; a reply later than this belongs to a later question. */
const ANSWER_US = 1_000_000;

interface Question {
	readonly address: string;
	readonly text: string;
	readonly sequence: number;
	readonly atUs: number;
}

/** Resolves neighbours again and again: ARP for IPv4, neighbour discovery for IPv6. Replies carry no number: the oldest question gets them. */
export class NeighbourProber implements Prober {
	readonly #options: ProberOptions;
	readonly #buffer = new Uint8Array(256);
	#socket: Socket | null = null;
	#asked: Question[] = [];

	constructor(options: ProberOptions) {
		this.#options = options;
	}

	send(target: ProbeTarget, text: string, sequence: number): void {
		if (target.method !== "arp") return;
		const { family, gateway, ifindex, addresses } = this.#options;
		const address = target.address ?? gateway;
		if (address === null) throw new Error("the link has no gateway to resolve");
		try {
			this.#socket ??= this.#open();
			if (family === 4) {
				const request = buildArpRequest(
					this.#hardware() ?? new Uint8Array(6),
					addresses[0] ?? "0.0.0.0",
					address,
				);
				const to = {
					family: "packet",
					ifindex,
					protocol: ETHERTYPE_ARP,
					hardwareAddress: BROADCAST,
				} as const;
				this.#socket.send(request, to);
			} else {
				this.#socket.send(buildSolicitation(this.#hardware(), address), addressOf(6, address, 0, ifindex));
			}
		} catch (error) {
			// A replaced device needs another socket.
			this.#closeSocket();
			throw error;
		}
		const nowUs = monotonicUs();
		this.#asked = this.#asked.filter(({ atUs }) => nowUs - atUs < ANSWER_US);
		this.#asked.push({ address, text, sequence, atUs: nowUs });
	}

	close(): void {
		this.#asked = [];
		this.#closeSocket();
	}

	#open(): Socket {
		const { family, ifindex } = this.#options;
		const socket =
			family === 4 ? Socket.open("packet", "dgram", ETHERTYPE_ARP) : Socket.open("inet6", "raw", ICMPV6);
		try {
			if (family === 4) socket.bind({ family: "packet", ifindex, protocol: ETHERTYPE_ARP });
			else {
				socket.setOption("icmp6Filter", new Uint8Array([NEIGHBOUR_ADVERTISEMENT]));
				bindToUplink(socket, this.#options);
				socket.setOption("hopLimit", HOP_LIMIT);
			}
			socket.watch({ read: true }, () => this.#receive(socket));
		} catch (error) {
			socket.close();
			throw error;
		}
		return socket;
	}

	#closeSocket(): void {
		this.#socket?.close();
		this.#socket = null;
	}

	/** Null for a device without one. */
	#hardware(): Uint8Array | null {
		try {
			const text = readText(`/sys/class/net/${this.#options.device}/address`).trim();
			const bytes = text.split(":").map((byte) => Number.parseInt(byte, 16));
			return bytes.length === 6 && bytes.every((byte) => byte >= 0) ? Uint8Array.from(bytes) : null;
		} catch {
			return null;
		}
	}

	#receive(socket: Socket): void {
		try {
			for (let count = 0; count < RECEIVE_AT_ONCE && this.#socket === socket; count++) {
				const received = socket.receive(this.#buffer);
				if (received === null) return;
				const bytes = this.#buffer.subarray(0, received.bytes);
				this.#take(this.#options.family === 4 ? parseArpReply(bytes) : parseAdvertisement(bytes));
			}
		} catch (error) {
			if (!(error instanceof SystemError)) throw error;
			this.#closeSocket();
		}
	}

	#take(address: string | null): void {
		const index = this.#asked.findIndex((question) => question.address === address);
		const [question] = index < 0 ? [] : this.#asked.splice(index, 1);
		if (question !== undefined)
			this.#options.onReply(question.text, question.sequence, monotonicUs() - question.atUs);
	}
}

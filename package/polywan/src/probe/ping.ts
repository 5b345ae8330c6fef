import type { Family } from "polywan-core/family";
import { internetChecksum } from "polywan-runtime/checksum";
import { monotonicUs } from "polywan-runtime/clock";
import { SystemError } from "polywan-runtime/error";
import { pid } from "polywan-runtime/program";
import { type Address, type EncodedAddress, encodeAddress, Socket } from "polywan-runtime/socket";
import { buildIcmpFilter } from "./filter.ts";
import { buildEchoRequest, ICMP, parseIcmp, parseReply } from "./icmp.ts";

/** Answers that take longer are no longer recognised; the health monitor forgets its probes sooner. */
const REMEMBER_US = 12_000_000;
/** In the header of IPv4 (RFC 791, 3.1), and in struct sockaddr_in (linux/in.h). */
const IPV4_SOURCE_AT = 12;
const SOCKADDR_ADDRESS_AT = 4;
const RECEIVE_BYTES = 2048;
/** Per turn of the loop, so that a flood cannot hold up everything else; more than the usual one would cost a look for nothing. */
const RECEIVE_AT_ONCE = 1;
/** Below this nothing is thrown away. */
const REMEMBERED = 32;

export interface PingProberOptions {
	readonly uplink: string;
	readonly family: Family;
	/** Packets leave by this device and answers are taken from it alone. */
	readonly device: string;
	/** Firewall mark of the uplink, so that its own routing table is used. */
	readonly mark: number;
	readonly payloadBytes: number;
	/** Absent or null: the system's. */
	readonly ttl?: number | null;
	onReply(target: string, sequence: number, rttUs: number): void;
	/** An ICMP error about the probe, or it could not be sent. Never called from within `send`. */
	onFailure(target: string, sequence: number, reason: string): void;
}

/** Pings through one uplink in one family. */
export class PingProber {
	readonly #options: PingProberOptions;
	readonly #identifier = nextIdentifier();
	readonly #packet: Uint8Array;
	readonly #buffer = new Uint8Array(RECEIVE_BYTES);
	readonly #sent = new Map<number, { target: string; atUs: number }>();
	readonly #destinations = new Map<string, EncodedAddress>();
	#socket: Socket | null = null;
	#closed = false;

	constructor(options: PingProberOptions) {
		this.#options = options;
		this.#packet = buildEchoRequest(options.family, this.#identifier, options.payloadBytes);
	}

	/** Sends one probe; `sequence` is 0–65535. Failures are told by `onFailure`. */
	send(target: string, sequence: number): void {
		if (this.#closed) return;
		if (this.#sent.size >= REMEMBERED) this.#forget();
		try {
			this.#socket ??= this.#open();
			this.#setSequence(sequence);
			const to = this.#destinations.get(target) ?? this.#encode(target);
			this.#sent.set(sequence, { target, atUs: monotonicUs() });
			if (this.#socket.sendEncoded(this.#packet, to) === null)
				this.#failed(target, sequence, "the device's queue is full");
		} catch (error) {
			if (error instanceof SystemError && GONE.has(error.code)) this.#closeSocket();
			this.#failed(target, sequence, describeSendError(error));
		}
	}

	close(): void {
		this.#closed = true;
		this.#sent.clear();
		this.#closeSocket();
	}

	#open(): Socket {
		const { family, device, mark, ttl } = this.#options;
		const socket = Socket.open(family === 4 ? "inet" : "inet6", "raw", ICMP[family].protocol);
		try {
			socket.attachFilter(buildIcmpFilter(family, this.#identifier));
			socket.setOption("bindToDevice", device);
			socket.setOption("mark", mark);
			if (typeof ttl === "number") socket.setOption(family === 4 ? "ttl" : "hopLimit", ttl);
			socket.watch({ read: true }, () => this.#receive(socket));
		} catch (error) {
			socket.close();
			throw error;
		}
		return socket;
	}

	#encode(target: string): EncodedAddress {
		const family = this.#options.family === 4 ? "inet" : "inet6";
		const encoded = encodeAddress({ family, address: target, port: 0 });
		this.#destinations.set(target, encoded);
		return encoded;
	}

	#closeSocket(): void {
		this.#socket?.close();
		this.#socket = null;
	}

	#setSequence(sequence: number): void {
		const packet = this.#packet;
		packet[6] = sequence >> 8;
		packet[7] = sequence & 0xff;
		// The kernel does it for ICMPv6 (RFC 3542, 3.1): its checksum covers the source address.
		if (this.#options.family === 6) return;
		packet[2] = 0;
		packet[3] = 0;
		const checksum = internetChecksum(packet);
		packet[2] = checksum >> 8;
		packet[3] = checksum & 0xff;
	}

	#receive(socket: Socket): void {
		try {
			for (let count = 0; count < RECEIVE_AT_ONCE && this.#socket === socket; count++) {
				if (!this.#receiveOne(socket)) return;
			}
		} catch (error) {
			// The device went down or away: the next probe opens another socket or tells why it cannot.
			if (error instanceof SystemError && GONE.has(error.code)) this.#closeSocket();
		}
	}

	/** False: there is nothing. Who sent it stands in the header that comes with IPv4. */
	#receiveOne(socket: Socket): boolean {
		if (this.#options.family === 4) {
			const bytes = socket.receiveBytes(this.#buffer);
			if (bytes !== null) this.#take(bytes, null);
			return bytes !== null;
		}
		const received = socket.receive(this.#buffer);
		if (received !== null) this.#take(received.bytes, received.from);
		return received !== null;
	}

	#take(bytes: number, from: Address | null): void {
		const nowUs = monotonicUs();
		const { family } = this.#options;
		const message =
			parseReply(family, this.#buffer, bytes) ?? parseIcmp(family, this.#buffer.subarray(0, bytes));
		if (message === null || message.identifier !== this.#identifier) return;
		const sent = this.#sent.get(message.sequence);
		if (sent === undefined) return;
		const isAsked =
			message.kind === "error" ? message.target === sent.target : this.#isFrom(sent.target, from);
		if (!isAsked) return;
		this.#sent.delete(message.sequence);
		if (message.kind === "reply") this.#options.onReply(sent.target, message.sequence, nowUs - sent.atUs);
		else this.#options.onFailure(sent.target, message.sequence, message.reason);
	}

	#isFrom(target: string, from: Address | null): boolean {
		if (this.#options.family === 6) return addressOf(from) === target;
		const bytes = this.#destinations.get(target)?.bytes;
		if (bytes === undefined) return false;
		for (let i = 0; i < 4; i++)
			if (this.#buffer[IPV4_SOURCE_AT + i] !== bytes[SOCKADDR_ADDRESS_AT + i]) return false;
		return true;
	}

	#failed(target: string, sequence: number, reason: string): void {
		this.#sent.delete(sequence);
		queueMicrotask(() => {
			if (!this.#closed) this.#options.onFailure(target, sequence, reason);
		});
	}

	#forget(): void {
		const oldestUs = monotonicUs() - REMEMBER_US;
		for (const [sequence, { atUs }] of this.#sent) {
			if (atUs > oldestUs) return;
			this.#sent.delete(sequence);
		}
	}
}

/** The bound device is no more, or was replaced by another of its name. */
const GONE: ReadonlySet<string> = new Set(["ENODEV", "ENXIO", "ENETDOWN"]);

const SEND_ERRORS: Readonly<Record<string, string>> = {
	ENODEV: "the device is gone",
	ENXIO: "the device is gone",
	ENETDOWN: "the device is down",
	ENETUNREACH: "no route",
	EHOSTUNREACH: "no route to the host",
	EADDRNOTAVAIL: "no usable source address",
	EPERM: "the firewall forbids it",
	EACCES: "the firewall forbids it",
	ENOBUFS: "the device's queue is full",
	EINVAL: "no usable source address",
};

function describeSendError(error: unknown): string {
	if (!(error instanceof SystemError)) throw error;
	return `probes cannot be sent: ${SEND_ERRORS[error.code] ?? error.message}`;
}

function addressOf(from: Address | null): string | null {
	return from !== null && (from.family === "inet" || from.family === "inet6") ? from.address : null;
}

let probers = 0;

/** Spread so that neither the probers of this program nor a restarted one get each other's answers. */
function nextIdentifier(): number {
	return (pid() * 257 + probers++ * 4099) & 0xffff;
}

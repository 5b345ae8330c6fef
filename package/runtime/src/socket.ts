import { close } from "polywan:descriptor";
import * as native from "polywan:socket";
import { checkResult, isError, SystemError } from "./error.ts";
import { type FdWatch, type Interest, type Ready, watchFd } from "./loop.ts";

/** `protocol` of a packet address is an EtherType; a unix path that begins with NUL is an abstract name. */
export type Address =
	| { readonly family: "inet"; readonly address: string; readonly port: number }
	| { readonly family: "inet6"; readonly address: string; readonly port: number; readonly scopeId?: number }
	| { readonly family: "unix"; readonly path: string }
	| { readonly family: "netlink"; readonly pid: number; readonly groups: number }
	| {
			readonly family: "packet";
			readonly ifindex: number;
			readonly protocol: number;
			readonly hardwareAddress?: Uint8Array;
	  };

export type SocketType = "stream" | "dgram" | "raw" | "seqpacket";

/**
 * Options of socket(7), ip(7), ipv6(7), tcp(7), netlink(7): a number (0 and 1 for flags; a mark is an unsigned 32-bit number), the device's
 * name for "bindToDevice", and for the ICMP filters the types that pass, one a byte: all others are blocked.
 */
export type SocketOption =
	| "mark"
	| "bindToDevice"
	| "reuseAddress"
	| "reusePort"
	| "broadcast"
	| "receiveBuffer"
	| "receiveBufferForce"
	| "sendBuffer"
	| "priority"
	| "keepAlive"
	| "ttl"
	| "typeOfService"
	| "headerIncluded"
	| "transparent"
	| "freeBind"
	| "receiveErrors"
	| "icmpFilter"
	| "hopLimit"
	| "v6Only"
	| "transparent6"
	| "receiveErrors6"
	| "icmp6Filter"
	| "noDelay"
	| "userTimeout"
	| "netlinkGroup"
	| "netlinkNoEnobufs"
	| "netlinkExtAck"
	| "netlinkStrictCheck";

/** An instruction of classic BPF (struct sock_filter of linux/filter.h). */
export type FilterInstruction = readonly [code: number, jt: number, jf: number, k: number];

/** What a stream socket and TLS over one have in common: see Socket, TlsSocket. */
export interface StreamSocket {
	readonly fd: number;
	send(data: Uint8Array): number | null;
	receive(into: Uint8Array): { bytes: number } | null;
	/** Why it is not connected. */
	error(): Error | null;
	watch(interest: Interest, onReady: (ready: Ready) => void): FdWatch;
	close(): void;
}

/** An address as the kernel has it. */
export interface EncodedAddress {
	readonly address: Address;
	readonly bytes: Uint8Array;
}

export function encodeAddress(address: Address): EncodedAddress {
	return { address, bytes: new Uint8Array(native.encode(address)) };
}

/** A socket: always non-blocking and closed on exec. Every method throws SystemError unless it says otherwise. */
export class Socket implements StreamSocket {
	/** -1 once it is closed. */
	fd: number;
	readonly #name: string;
	readonly #watches = new Set<FdWatch>();

	private constructor(fd: number, name: string) {
		this.fd = fd;
		this.#name = name;
	}

	/** @param protocol as of protocols(5), netlink(7), or the EtherType of a packet socket; 0: the usual one */
	static open(family: Address["family"], type: SocketType, protocol = 0): Socket {
		const name = `${family} ${type} socket`;
		return new Socket(
			checkResult(native.open(family, type, protocol), "socket", () => `open an ${name}`),
			name,
		);
	}

	bind(address: Address): void {
		this.#check(native.bind(this.fd, address), "bind", () => `bind to ${describeAddress(address)}`);
	}

	/** False: in progress. Wait until the socket is writable, then ask error(). */
	connect(address: Address): boolean {
		const result = native.connect(this.fd, address);
		return this.#check(result, "connect", () => `connect to ${describeAddress(address)}`) === 0;
	}

	listen(backlog = 128): void {
		this.#check(native.listen(this.fd, backlog), "listen", () => "listen");
	}

	/** Null: nobody is waiting. */
	accept(): { socket: Socket; from: Address } | null {
		const result = native.accept(this.fd);
		if (isError(result, "EAGAIN")) return null;
		const { fd, from } = this.#check(result, "accept", () => "accept a connection");
		return { socket: new Socket(fd, this.#name), from };
	}

	/** The bytes that were taken, on a stream maybe fewer than given; null: it would block. */
	send(data: Uint8Array, to?: Address): number | null {
		const result = native.send(this.fd, data, to);
		if (isError(result, "EAGAIN")) return null;
		return this.#check(
			result,
			"send",
			() => `send ${data.length} bytes${to ? ` to ${describeAddress(to)}` : ""}`,
		);
	}

	/** As send; `to` was encoded before, as what is sent to again and again is better. */
	sendEncoded(data: Uint8Array, to: EncodedAddress): number | null {
		const result = native.sendEncoded(this.fd, data, to.bytes);
		if (isError(result, "EAGAIN")) return null;
		return this.#check(result, "send", () => `send ${data.length} bytes to ${describeAddress(to.address)}`);
	}

	/** As receive, where it does not matter who sent it. */
	receiveBytes(into: Uint8Array): number | null {
		const result = native.receiveBytes(this.fd, into);
		if (isError(result, "EAGAIN")) return null;
		return this.#check(result, "recv", () => "receive");
	}

	/** Null: there is nothing. 0 bytes on a stream: its end. The rest of a datagram that is too long is lost. */
	receive(into: Uint8Array): { bytes: number; from: Address | null } | null {
		const result = native.receive(this.fd, into);
		if (isError(result, "EAGAIN")) return null;
		return this.#check(result, "recv", () => "receive");
	}

	/** The error that waits on the socket (SO_ERROR), and takes it off. */
	error(): SystemError | null {
		const result = native.error(this.fd);
		return result === 0 ? null : new SystemError(-result, "connect", this.#name);
	}

	setOption(option: SocketOption, value: number | string | Uint8Array): void {
		const result = native.setOption(this.fd, option, value);
		this.#check(result, "setsockopt", () => `set ${option} to ${value}`);
	}

	/** Only packets the program accepts are received (SO_ATTACH_FILTER). */
	attachFilter(instructions: readonly FilterInstruction[]): void {
		const result = native.attachFilter(this.fd, new Float64Array(instructions.flat()));
		this.#check(result, "setsockopt", () => `attach a filter of ${instructions.length} instructions`);
	}

	localAddress(): Address {
		return this.#check(native.localAddress(this.fd), "getsockname", () => "read the local address");
	}

	/** As watchFd; ends by itself when the socket is closed. */
	watch(interest: Interest, onReady: (ready: Ready) => void): FdWatch {
		const inner = watchFd(this.fd, interest, onReady);
		const watch: FdWatch = {
			set: (interest) => inner.set(interest),
			close: () => {
				inner.close();
				this.#watches.delete(watch);
			},
		};
		this.#watches.add(watch);
		return watch;
	}

	shutdown(how: "read" | "write" | "both"): void {
		this.#check(native.shutdown(this.fd, how), "shutdown", () => `shut down ${how}`);
	}

	/** Ends its watches too. Closing twice is fine. */
	close(): void {
		for (const watch of [...this.#watches]) watch.close();
		if (this.fd >= 0) close(this.fd);
		this.fd = -1;
	}

	#check<Result>(result: Result | number, syscall: string, attempted: () => string) {
		return checkResult(result, syscall, () => `${this.#name}: ${attempted()}`);
	}
}

/** "192.0.2.1:80", "[2001:db8::1%2]:80", a path, … for messages. */
export function describeAddress(address: Address): string {
	switch (address.family) {
		case "inet":
			return `${address.address}:${address.port}`;
		case "inet6":
			return `[${address.address}${address.scopeId ? `%${address.scopeId}` : ""}]:${address.port}`;
		case "unix":
			return address.path.replace("\0", "@");
		case "netlink":
			return `netlink ${address.pid}`;
		case "packet":
			return `device ${address.ifindex}`;
	}
}

import { Socket, type StreamSocket } from "polywan-runtime/socket";
import type { TlsModel } from "../config/model.ts";
import { resolveHost } from "../net/resolve-host.ts";
import { Buffer, Duplex } from "./library.cjs";

const RECEIVE_BYTES = 4096;
/** TCP_USER_TIMEOUT: what is not acknowledged for so long will not be, for example since the uplink it went by died. */
const USER_TIMEOUT_MS = 20_000;

/**
 * A TCP connection to a host, encrypted if need be, as a stream of Node's kind, for mqtt.js. It may be written to before it is
 * connected.
 */
export function openSocketStream(host: string, port: number, tls: TlsModel | null): Duplex {
	return new SocketStream(host, port, tls).stream;
}

interface Pending {
	bytes: Uint8Array;
	readonly done: (error?: Error) => void;
}

class SocketStream {
	readonly stream: Duplex;
	#socket: StreamSocket | null = null;
	#connected = false;
	#destroyed = false;
	/** The stream gives the next piece when this one is done. */
	#pending: Pending | null = null;

	constructor(host: string, port: number, tls: TlsModel | null) {
		const self = this;
		this.stream = new Duplex({
			read() {},
			write: (chunk, _encoding, done) => self.#write(chunk, done),
			writev: (chunks, done) => self.#write(join(chunks.map(({ chunk }) => chunk)), done),
			destroy(error, done) {
				self.#destroyed = true;
				self.#socket?.close();
				done(error);
			},
		});
		this.#open(host, port, tls).catch((error: unknown) => this.#fail(error));
	}

	async #open(host: string, port: number, tls: TlsModel | null): Promise<void> {
		const address = await resolveHost(host, port);
		const openTls = tls === null ? null : (await import("../net/tls.ts")).openTls;
		if (this.#destroyed) return;
		const plain = Socket.open(address.family, "stream");
		this.#socket = plain;
		plain.setOption("noDelay", 1);
		plain.setOption("userTimeout", USER_TIMEOUT_MS);
		const socket = tls === null || openTls === null ? plain : openTls(plain, host, tls);
		this.#socket = socket;
		plain.connect(address);
		const watch = socket.watch({ read: true, write: true }, ({ readable, writable, error }) => {
			this.#guard(() => {
				if (!this.#connected) this.#finishConnect(socket);
				if (writable) this.#flush();
				if (!this.#destroyed) watch.set({ read: true, write: this.#pending !== null });
				if (readable || error) this.#receive(socket);
			});
		});
		this.#wantWrite = () => watch.set({ read: true, write: true });
	}

	#wantWrite = () => {};

	#finishConnect(socket: StreamSocket): void {
		const error = socket.error();
		if (error) throw error;
		this.#connected = true;
	}

	#write(bytes: Uint8Array, done: (error?: Error) => void): void {
		this.#pending = { bytes, done };
		if (this.#connected) this.#guard(() => this.#flush());
	}

	#flush(): void {
		const pending = this.#pending;
		if (pending === null || this.#socket === null || this.#destroyed) return;
		const sent = this.#socket.send(pending.bytes) ?? 0;
		pending.bytes = pending.bytes.subarray(sent);
		if (pending.bytes.length > 0) {
			this.#wantWrite();
			return;
		}
		this.#pending = null;
		pending.done();
	}

	#receive(socket: StreamSocket): void {
		while (!this.#destroyed) {
			const buffer = new Uint8Array(RECEIVE_BYTES);
			const received = socket.receive(buffer);
			if (received === null) return;
			if (received.bytes === 0) {
				this.stream.destroy();
				return;
			}
			this.stream.push(Buffer.from(buffer.subarray(0, received.bytes)));
			if (received.bytes < RECEIVE_BYTES) return;
		}
	}

	#guard(run: () => void): void {
		if (this.#destroyed) return;
		try {
			run();
		} catch (error) {
			this.#fail(error);
		}
	}

	#fail(error: unknown): void {
		if (!this.#destroyed) this.stream.destroy(error instanceof Error ? error : new Error(String(error)));
	}
}

function join(chunks: readonly Uint8Array[]): Uint8Array {
	const joined = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
	let at = 0;
	for (const chunk of chunks) {
		joined.set(chunk, at);
		at += chunk.length;
	}
	return joined;
}

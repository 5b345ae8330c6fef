import { describeAddress, Socket, type StreamSocket } from "polywan-runtime/socket";
import type { TlsModel } from "../config/model.ts";
import { resolveHost } from "./resolve-host.ts";

const RECEIVE_BYTES = 4096;
/** Longest line a server may send; those of SMTP are 512 bytes at most (RFC 5321, 4.5.3.1.5). */
const MOST_LINE_BYTES = 8192;

/** A TCP connection to a server of a text protocol, with TLS if need be; everything rejects once the time is over. */
export class TcpConnection {
	#socket: StreamSocket;
	readonly #plain: Socket;
	readonly #peer: string;
	readonly #deadline: number;
	#received = new Uint8Array(0);
	#ended = false;
	#failure: Error | null = null;
	#wake: () => void = () => {};

	private constructor(socket: Socket, peer: string, timeoutMs: number) {
		this.#socket = socket;
		this.#plain = socket;
		this.#peer = peer;
		this.#deadline = setTimeout(
			() => this.#fail(new Error(`${peer} took longer than ${timeoutMs / 1000} s`)),
			timeoutMs,
		);
	}

	/** `timeoutMs`: for all that is done with it, less the time to resolve the name. */
	static async open(host: string, port: number, timeoutMs: number): Promise<TcpConnection> {
		const address = await resolveHost(host, port);
		const socket = Socket.open(address.family, "stream");
		const connection = new TcpConnection(socket, describeAddress(address), timeoutMs);
		try {
			socket.setOption("noDelay", 1);
			if (!socket.connect(address)) await connection.#untilReady({ write: true });
			const error = socket.error();
			if (error) throw error;
			return connection;
		} catch (error) {
			connection.close();
			const why = error instanceof Error ? error.message : String(error);
			throw new Error(`connect to ${describeAddress(address)}: ${why}`);
		}
	}

	/**
	 * From here on encrypted, with a server of this name or address. Rejects with TlsError, and with Error where the server said something
	 * after its consent: that would count as if it had been encrypted (CVE-2011-0411).
	 */
	async secure(name: string, model: TlsModel): Promise<void> {
		if (this.#received.length > 0) throw new Error(`${this.#peer} went on talking where TLS had to begin`);
		const { openTls } = await import("./tls.ts");
		this.#socket = openTls(this.#plain, name, model);
		await this.#untilReady({ write: true });
		const error = this.#socket.error();
		if (error) throw error;
	}

	async write(data: Uint8Array): Promise<void> {
		for (let rest = data; rest.length > 0; ) {
			const sent = this.#socket.send(rest);
			if (sent === null) await this.#untilReady({ write: true });
			else rest = rest.subarray(sent);
		}
	}

	/** Without its end; rejects where the server ended before. */
	async readLine(): Promise<string> {
		for (;;) {
			const end = this.#received.indexOf(10);
			if (end >= 0) {
				const line = decoder.decode(this.#received.subarray(0, end)).replace(/\r$/, "");
				this.#received = this.#received.slice(end + 1);
				return line;
			}
			if (this.#received.length > MOST_LINE_BYTES) throw new Error(`${this.#peer} sent a line without end`);
			if (!(await this.#more())) throw new Error(`${this.#peer} ended the connection`);
		}
	}

	close(): void {
		clearTimeout(this.#deadline);
		this.#socket.close();
	}

	/** False when there is nothing more to come. */
	async #more(): Promise<boolean> {
		if (this.#ended) return false;
		const buffer = new Uint8Array(RECEIVE_BYTES);
		for (;;) {
			const received = this.#socket.receive(buffer);
			if (received === null) {
				await this.#untilReady({ read: true });
				continue;
			}
			this.#ended = received.bytes === 0;
			const joined = new Uint8Array(this.#received.length + received.bytes);
			joined.set(this.#received);
			joined.set(buffer.subarray(0, received.bytes), this.#received.length);
			this.#received = joined;
			return !this.#ended;
		}
	}

	async #untilReady(interest: { read?: boolean; write?: boolean }): Promise<void> {
		if (this.#failure) throw this.#failure;
		await new Promise<void>((resolve) => {
			const watch = this.#socket.watch(interest, () => this.#wake());
			this.#wake = () => {
				watch.close();
				resolve();
			};
		});
		if (this.#failure) throw this.#failure;
	}

	#fail(error: Error): void {
		this.#failure = error;
		this.#wake();
	}
}

const decoder = new TextDecoder();

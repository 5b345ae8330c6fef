import { monotonicMs } from "polywan-runtime/clock";
import { type Address, Socket, type StreamSocket } from "polywan-runtime/socket";
import { bindToUplink, describeProbeError, EXCHANGE_MS, type ProberOptions } from "./prober.ts";

const FIRST_RETRY_MS = 1000;
const RECEIVE_BYTES = 16 * 1024;
const buffer = new Uint8Array(RECEIVE_BYTES);

export interface ExchangeEvents {
	onConnected(): void;
	onData(bytes: Uint8Array): void;
	/** `reason` null: the other side closed in good order; `error`: what the reason was found in. */
	onEnd(reason: string | null, error?: unknown): void;
}

/** One connection out of an uplink: connect, send, listen. Nothing is told once it is closed. */
export class TcpExchange {
	readonly startedMs = monotonicMs();
	/** Everything was taken: more may be written. */
	onDrained: () => void = () => {};
	readonly #socket: StreamSocket;
	readonly #isPlain: boolean;
	readonly #events: ExchangeEvents;
	readonly #watch;
	#unsent: Uint8Array;
	#connected = false;
	#closed = false;

	/** `over`: what is spoken over the connection, as TLS; null: nothing. Throws SystemError when nothing can be sent. */
	constructor(
		to: Address,
		options: ProberOptions,
		data: Uint8Array,
		events: ExchangeEvents,
		over: ((socket: Socket) => StreamSocket) | null = null,
	) {
		this.#events = events;
		this.#unsent = data;
		this.#isPlain = over === null;
		const socket = Socket.open(to.family, "stream");
		this.#socket = socket;
		try {
			bindToUplink(socket, options);
			socket.setOption("noDelay", 1);
			if (over !== null) this.#socket = over(socket);
			socket.connect(to);
			this.#watch = this.#socket.watch({ write: true }, () => this.#turn());
		} catch (error) {
			this.#socket.close();
			throw error;
		}
	}

	close(): void {
		this.#closed = true;
		this.#socket.close();
	}

	/** More to send. */
	write(data: Uint8Array): void {
		const unsent = new Uint8Array(this.#unsent.length + data.length);
		unsent.set(this.#unsent);
		unsent.set(data, this.#unsent.length);
		this.#unsent = unsent;
		if (!this.#closed && this.#connected) this.#watch.set({ read: true, write: true });
	}

	#turn(): void {
		try {
			if (!this.#connected) this.#connect();
			if (!this.#closed && this.#connected) this.#flush();
			if (!this.#closed && this.#connected) this.#receive();
		} catch (error) {
			this.#end(describeProbeError(error), error);
		}
	}

	#connect(): void {
		const error = this.#socket.error();
		if (error !== null) {
			this.#end(describeProbeError(error), error);
			return;
		}
		// The kernel has asked again (RFC 6298: after a second), so the first packet was lost.
		if (this.#isPlain && monotonicMs() - this.startedMs >= FIRST_RETRY_MS) {
			this.close();
			return;
		}
		this.#connected = true;
		this.#events.onConnected();
	}

	#flush(): void {
		while (this.#unsent.length > 0) {
			const sent = this.#socket.send(this.#unsent);
			if (sent === null) break;
			this.#unsent = this.#unsent.subarray(sent);
		}
		const isDrained = this.#unsent.length === 0;
		this.#watch.set({ read: true, write: !isDrained });
		if (isDrained) this.onDrained();
	}

	#receive(): void {
		const received = this.#socket.receive(buffer);
		if (received === null) return;
		if (received.bytes === 0) this.#end(null);
		else this.#events.onData(buffer.subarray(0, received.bytes));
	}

	#end(reason: string | null, error?: unknown): void {
		if (this.#closed) return;
		this.close();
		this.#events.onEnd(reason, error);
	}
}

/** Those under way; what takes too long is dropped when the next one begins. */
export class Exchanges<T extends { readonly startedMs: number; close(): void }> {
	readonly #running = new Set<T>();

	add(exchange: T): T {
		const oldestMs = monotonicMs() - EXCHANGE_MS;
		for (const old of this.#running) {
			if (old.startedMs > oldestMs) break;
			this.end(old);
		}
		this.#running.add(exchange);
		return exchange;
	}

	end(exchange: T): void {
		this.#running.delete(exchange);
		exchange.close();
	}

	close(): void {
		for (const exchange of this.#running) exchange.close();
		this.#running.clear();
	}
}

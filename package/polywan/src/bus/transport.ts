import { env } from "polywan-runtime/program";
import { Socket } from "polywan-runtime/socket";
import type { Connect, Transport, TransportEvents } from "ubus-js/bus";

const RECEIVE_BYTES = 8 * 1024;

/** Where ubusd listens: UBUS_SOCKET, or OpenWrt's place. */
export function ubusSocketPath(): string {
	return env("UBUS_SOCKET") ?? "/var/run/ubus/ubus.sock";
}

/** Connects to ubusd; throws SystemError when it is not there. */
export function connectUbus(path: string): Connect {
	return (events) => new SocketTransport(path, events);
}

/** A stream to ubusd. What the socket does not take at once is kept in order until it does. */
class SocketTransport implements Transport {
	readonly #socket: Socket;
	readonly #watch;
	readonly #events: TransportEvents;
	readonly #unsent: Uint8Array[] = [];
	readonly #buffer = new Uint8Array(RECEIVE_BYTES);
	#closed = false;

	constructor(path: string, events: TransportEvents) {
		this.#events = events;
		this.#socket = Socket.open("unix", "stream");
		try {
			this.#socket.connect({ family: "unix", path });
		} catch (error) {
			this.#socket.close();
			throw error;
		}
		this.#watch = this.#socket.watch({ read: true }, ({ readable, writable, error }) => {
			if (writable) this.#flush();
			if (readable || error) this.#receive();
		});
	}

	write(bytes: Uint8Array): void {
		if (this.#closed) return;
		this.#unsent.push(bytes);
		if (this.#unsent.length === 1) this.#flush();
	}

	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		this.#watch.close();
		this.#socket.close();
	}

	#flush(): void {
		this.#guard(() => {
			for (;;) {
				const [head] = this.#unsent;
				if (head === undefined) break;
				const sent = this.#socket.send(head);
				if (sent === null) break;
				if (sent < head.length) this.#unsent[0] = head.subarray(sent);
				else this.#unsent.shift();
			}
			this.#watch.set({ read: true, write: this.#unsent.length > 0 });
		});
	}

	#receive(): void {
		this.#guard(() => {
			while (!this.#closed) {
				const received = this.#socket.receive(this.#buffer);
				if (received === null) return;
				if (received.bytes === 0) return this.#lost();
				this.#events.onData(this.#buffer.subarray(0, received.bytes));
			}
		});
	}

	#guard(run: () => void): void {
		if (this.#closed) return;
		try {
			run();
		} catch (error) {
			this.#lost(error instanceof Error ? error : new Error(String(error)));
		}
	}

	#lost(error?: Error): void {
		if (this.#closed) return;
		this.close();
		this.#events.onClose(error);
	}
}

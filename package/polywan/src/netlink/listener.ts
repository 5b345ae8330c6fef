import { type FilterInstruction, Socket } from "polywan-runtime/socket";
import { type NetlinkMessage, parseMessages } from "./message.ts";
import { receiveBuffer } from "./receive-buffer.ts";

const RECEIVE_BUFFER_BYTES = 512 * 1024;

/** Receives what the kernel tells to groups. */
export class NetlinkListener {
	readonly #socket: Socket;
	readonly #watch;
	readonly #onMessage: (message: NetlinkMessage) => void;
	readonly #onLost: () => void;

	/**
	 * `groups`: bits as in struct sockaddr_nl. `onLost` is called when more was told than the socket could hold: anything may
	 * have changed. Throws SystemError.
	 */
	constructor(
		protocol: number,
		groups: number,
		onMessage: (message: NetlinkMessage) => void,
		onLost: () => void,
		filter: readonly FilterInstruction[] = [],
	) {
		this.#onMessage = onMessage;
		this.#onLost = onLost;
		this.#socket = Socket.open("netlink", "raw", protocol);
		this.#socket.setOption("receiveBuffer", RECEIVE_BUFFER_BYTES);
		if (filter.length > 0) this.#socket.attachFilter(filter);
		this.#socket.bind({ family: "netlink", pid: 0, groups });
		this.#watch = this.#socket.watch({ read: true }, () => this.receive());
	}

	close(): void {
		this.#watch.close();
		this.#socket.close();
	}

	/** Takes in what has arrived, without waiting for the loop. */
	receive(): void {
		try {
			for (;;) {
				const received = this.#socket.receive(receiveBuffer);
				if (received === null) return;
				for (const message of parseMessages(receiveBuffer.subarray(0, received.bytes)))
					this.#onMessage(message);
			}
		} catch {
			// ENOBUFS: the kernel dropped messages.
			this.#onLost();
		}
	}
}

import { monotonicMs } from "polywan-runtime/clock";
import type { FdWatch } from "polywan-runtime/loop";
import { Socket } from "polywan-runtime/socket";
import {
	buildMessage,
	NLM_F_ACK,
	NLM_F_DUMP,
	NLM_F_DUMP_INTR,
	NLM_F_REQUEST,
	NLMSG_DONE,
	NLMSG_ERROR,
	parseErrorCode,
	parseMessages,
} from "./message.ts";
import { receiveBuffer } from "./receive-buffer.ts";

export const NETLINK_ROUTE = 0;
export const NETLINK_NETFILTER = 12;

const RECEIVE_BUFFER_BYTES = 1024 * 1024;
const ANSWER_TIMEOUT_MS = 2000;

/** The kernel refused a request, or its answer never came. */
export class NetlinkError extends Error {
	/** A negative errno, e.g. -2 for ENOENT; 0 when the answer did not come. */
	readonly errno: number;

	constructor(attempt: string, errno: number) {
		super(errno === 0 ? `${attempt}: no answer from the kernel` : `${attempt}: errno ${-errno}`);
		this.errno = errno;
	}
}

/**
 * Sends one request and ends when the kernel acknowledged it. `attempt` is for the error.
 * Throws SystemError or rejects with NetlinkError.
 */
export async function request(
	protocol: number,
	type: number,
	payload: Uint8Array,
	attempt: string,
): Promise<void> {
	await exchange({ protocol, type, payload, attempt, flags: NLM_F_REQUEST | NLM_F_ACK, onPayload: () => {} });
}

/**
 * Asks for a dump and gives the payload of each message to `onPayload`, which must not keep it.
 * Gives false when a change disturbed the dump, which then may miss something.
 */
export function dump(
	protocol: number,
	type: number,
	payload: Uint8Array,
	attempt: string,
	onPayload: (payload: Uint8Array, type: number) => void,
): Promise<boolean> {
	return exchange({ protocol, type, payload, attempt, flags: NLM_F_REQUEST | NLM_F_DUMP, onPayload });
}

/** One socket for many dumps, each over when the call returns: the kernel answers while it is asked. */
export class Conversation {
	readonly #socket: Socket;
	#sequence = (monotonicMs() * 1000) >>> 0;

	/** Throws SystemError. */
	constructor(protocol: number) {
		this.#socket = openSocket(protocol);
	}

	/** As the function `dump`, but for throwing NetlinkError. */
	dump(
		type: number,
		payload: Uint8Array,
		attempt: string,
		onPayload: (payload: Uint8Array, type: number) => void,
	): boolean {
		const sequence = this.#sequence++ >>> 0;
		const message = buildMessage({ type, flags: NLM_F_REQUEST | NLM_F_DUMP, sequence, payload });
		this.#socket.send(message, KERNEL);
		const { result, disturbed } = receive(this.#socket, sequence, onPayload);
		if (result !== 0) throw new NetlinkError(attempt, result ?? 0);
		return !disturbed;
	}

	close(): void {
		this.#socket.close();
	}
}

const KERNEL = { family: "netlink", pid: 0, groups: 0 } as const;

function openSocket(protocol: number): Socket {
	const socket = Socket.open("netlink", "raw", protocol);
	try {
		socket.setOption("receiveBuffer", RECEIVE_BUFFER_BYTES);
		// The kernel then filters a dump by what the request says; older ones than 4.20 give everything.
		if (protocol === NETLINK_ROUTE) tryStrictChecking(socket);
		socket.bind(KERNEL);
		return socket;
	} catch (error) {
		socket.close();
		throw error;
	}
}

interface Exchange {
	protocol: number;
	type: number;
	flags: number;
	payload: Uint8Array;
	attempt: string;
	onPayload: (payload: Uint8Array, type: number) => void;
}

function exchange(parts: Exchange): Promise<boolean> {
	return new Promise((resolve, reject) => {
		const socket = openSocket(parts.protocol);
		let watch: FdWatch | null = null;
		let undisturbed = true;
		const end = (settle: () => void) => {
			clearTimeout(deadline);
			watch?.close();
			socket.close();
			settle();
		};
		const deadline = setTimeout(
			() => end(() => reject(new NetlinkError(parts.attempt, 0))),
			ANSWER_TIMEOUT_MS,
		);
		const sequence = (monotonicMs() * 1000) >>> 0;
		const onReadable = () => {
			try {
				const answer = receive(socket, sequence, parts.onPayload);
				undisturbed &&= !answer.disturbed;
				if (answer.result === null) return;
				const { result } = answer;
				end(() => (result === 0 ? resolve(undisturbed) : reject(new NetlinkError(parts.attempt, result))));
			} catch (error) {
				end(() => reject(error));
			}
		};
		try {
			watch = socket.watch({ read: true }, onReadable);
			socket.send(buildMessage({ ...parts, sequence }), KERNEL);
		} catch (error) {
			end(() => reject(error));
		}
	});
}

function tryStrictChecking(socket: Socket): void {
	try {
		socket.setOption("netlinkStrictCheck", 1);
	} catch {
		// Dumps are longer then, and filtered by their reader.
	}
}

/** Takes in what has arrived; `result` is null until the answer is whole, 0 for success, else a negative errno. */
function receive(
	socket: Socket,
	sequence: number,
	onPayload: (payload: Uint8Array, type: number) => void,
): { result: number | null; disturbed: boolean } {
	let disturbed = false;
	for (;;) {
		const received = socket.receive(receiveBuffer);
		if (received === null) return { result: null, disturbed };
		for (const message of parseMessages(receiveBuffer.subarray(0, received.bytes))) {
			if (message.sequence !== sequence) continue;
			if (message.flags & NLM_F_DUMP_INTR) disturbed = true;
			if (message.type === NLMSG_DONE || message.type === NLMSG_ERROR)
				return { result: message.payload.length < 4 ? 0 : parseErrorCode(message.payload), disturbed };
			onPayload(message.payload, message.type);
		}
	}
}

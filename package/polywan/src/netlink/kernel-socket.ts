import { Socket } from "polywan-runtime/socket";
import { NLM_F_DUMP_INTR, NLMSG_DONE, NLMSG_ERROR, parseErrorCode, parseMessages } from "./message.ts";
import { receiveBuffer } from "./receive-buffer.ts";

export const NETLINK_ROUTE = 0;
export const NETLINK_NETFILTER = 12;

/** Where requests go. */
export const KERNEL = { family: "netlink", pid: 0, groups: 0 } as const;

const RECEIVE_BUFFER_BYTES = 1024 * 1024;

/** The kernel refused a request, or its answer never came. */
export class NetlinkError extends Error {
	/** A negative errno, e.g. -2 for ENOENT; 0 when the answer did not come. */
	readonly errno: number;

	constructor(attempt: string, errno: number) {
		super(errno === 0 ? `${attempt}: no answer from the kernel` : `${attempt}: errno ${-errno}`);
		this.errno = errno;
	}
}

/** A socket for questions to one of the kernel's netlink protocols. Throws SystemError. */
export function openKernelSocket(protocol: number): Socket {
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

function tryStrictChecking(socket: Socket): void {
	try {
		socket.setOption("netlinkStrictCheck", 1);
	} catch {
		// Dumps are longer then, and filtered by their reader.
	}
}

/** What has arrived of an answer. */
export interface Arrived {
	/** Null until the answer is whole, 0 for success, else a negative errno. */
	readonly result: number | null;
	/** A change came in between: a dump may miss something. */
	readonly disturbed: boolean;
}

/** Takes in what has arrived; `onPayload` must not keep what it is given. */
export function receiveAnswer(
	socket: Socket,
	sequence: number,
	onPayload: (payload: Uint8Array, type: number) => void,
): Arrived {
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

import { type FilterInstruction, Socket } from "polywan-runtime/socket";
import { NETLINK_ROUTE } from "../netlink/kernel-socket.ts";
import { hostIsLittleEndian, type NetlinkMessage, parseMessages } from "../netlink/message.ts";
import { receiveBuffer } from "../netlink/receive-buffer.ts";
import { LINK_GROUPS, RTM_DELNEIGH, RTM_NEWNEIGH } from "./rtnetlink.ts";

const RECEIVE_BUFFER_BYTES = 512 * 1024;
const KEEP = 0x40000;
const NUD_FAILED = 0x20;

/** Hears what changes at the kernel's devices, addresses and neighbours. */
export class KernelEvents {
	readonly #socket: Socket;
	readonly #onMessage: (message: NetlinkMessage) => void;
	readonly #onLost: () => void;

	/** @param onLost more happened than the socket could hold: read everything again. Throws SystemError. */
	constructor(onMessage: (message: NetlinkMessage) => void, onLost: () => void) {
		this.#onMessage = onMessage;
		this.#onLost = onLost;
		this.#socket = Socket.open("netlink", "raw", NETLINK_ROUTE);
		this.#socket.setOption("receiveBuffer", RECEIVE_BUFFER_BYTES);
		this.#socket.attachFilter(neighbourFilter());
		this.#socket.bind({ family: "netlink", pid: 0, groups: LINK_GROUPS });
		this.#socket.watch({ read: true }, () => this.#receive());
	}

	close(): void {
		this.#socket.close();
	}

	#receive(): void {
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

/**
 * Lets of all neighbours only those pass that have failed: a LAN with hundreds of hosts changes their states all the time. The
 * numbers are in host byte order, so the filter looks at their low bytes.
 */
function neighbourFilter(): FilterInstruction[] {
	const low = hostIsLittleEndian ? 0 : 1;
	const LOAD_BYTE = 0x30;
	const JUMP_EQUAL = 0x15;
	const JUMP_ANY_BIT = 0x45;
	const RETURN = 0x06;
	return [
		[LOAD_BYTE, 0, 0, 4 + low],
		[JUMP_EQUAL, 4, 0, RTM_DELNEIGH],
		[JUMP_EQUAL, 0, 2, RTM_NEWNEIGH],
		[LOAD_BYTE, 0, 0, 16 + 8 + low],
		[JUMP_ANY_BIT, 0, 1, NUD_FAILED],
		[RETURN, 0, 0, KEEP],
		[RETURN, 0, 0, 0],
	];
}

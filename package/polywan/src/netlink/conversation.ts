import { monotonicMs } from "polywan-runtime/clock";
import type { Socket } from "polywan-runtime/socket";
import { KERNEL, NetlinkError, openKernelSocket, receiveAnswer } from "./kernel-socket.ts";
import { buildMessage, NLM_F_DUMP, NLM_F_REQUEST } from "./message.ts";

/** How often a dump is asked for when something changed meanwhile; the last one is taken as it is. */
const MOST_ATTEMPTS = 5;

/**
 * One socket for many dumps, each over when the call returns: the kernel makes each part of a dump when it is asked for, so there
 * is nothing to wait for (netlink_dump in net/netlink/af_netlink.c).
 */
export class Conversation {
	readonly #socket: Socket;
	#sequence = (monotonicMs() * 1000) >>> 0;

	/** Throws SystemError. */
	constructor(protocol: number) {
		this.#socket = openKernelSocket(protocol);
	}

	/**
	 * What `parse`, which must not keep the payload, makes of each message of a dump that nothing disturbed; null is left out.
	 * `attempt` is for the error. Throws SystemError or NetlinkError.
	 */
	list<T>(
		type: number,
		request: Uint8Array,
		attempt: string,
		parse: (payload: Uint8Array) => T | null,
	): readonly T[] {
		for (let count = 1; ; count++) {
			const found: T[] = [];
			const undisturbed = this.#dump(type, request, attempt, (payload) => {
				const value = parse(payload);
				if (value !== null) found.push(value);
			});
			if (undisturbed || count >= MOST_ATTEMPTS) return found;
		}
	}

	close(): void {
		this.#socket.close();
	}

	#dump(
		type: number,
		payload: Uint8Array,
		attempt: string,
		onPayload: (payload: Uint8Array) => void,
	): boolean {
		const sequence = this.#sequence++ >>> 0;
		const message = buildMessage({ type, flags: NLM_F_REQUEST | NLM_F_DUMP, sequence, payload });
		this.#socket.send(message, KERNEL);
		const { result, disturbed } = receiveAnswer(this.#socket, sequence, onPayload);
		if (result !== 0) throw new NetlinkError(attempt, result ?? 0);
		return !disturbed;
	}
}

/** One dump, as of `Conversation.list`, on a socket of its own. */
export function listNow<T>(
	protocol: number,
	type: number,
	request: Uint8Array,
	attempt: string,
	parse: (payload: Uint8Array) => T | null,
): readonly T[] {
	const conversation = new Conversation(protocol);
	try {
		return conversation.list(type, request, attempt, parse);
	} finally {
		conversation.close();
	}
}

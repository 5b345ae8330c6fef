import { Socket } from "polywan-runtime/socket";
import {
	buildMessage,
	NLM_F_DUMP,
	NLM_F_REQUEST,
	NLMSG_DONE,
	NLMSG_ERROR,
	parseErrorCode,
	parseMessages,
} from "./message.ts";
import { receiveBuffer } from "./receive-buffer.ts";
import { NetlinkError } from "./request.ts";

/**
 * Asks for a dump and takes it in before anything else happens: the kernel makes each part of it when it is asked for, so there
 * is nothing to wait for (netlink_dump in net/netlink/af_netlink.c). Throws SystemError or NetlinkError.
 */
export function dumpNow(
	protocol: number,
	type: number,
	payload: Uint8Array,
	attempt: string,
	onPayload: (payload: Uint8Array) => void,
): void {
	const kernel = { family: "netlink", pid: 0, groups: 0 } as const;
	const socket = Socket.open("netlink", "raw", protocol);
	try {
		socket.bind(kernel);
		socket.send(buildMessage({ type, payload, flags: NLM_F_REQUEST | NLM_F_DUMP, sequence: 1 }), kernel);
		for (;;) {
			const received = socket.receive(receiveBuffer);
			if (received === null) throw new NetlinkError(attempt, 0);
			for (const message of parseMessages(receiveBuffer.subarray(0, received.bytes))) {
				if (message.type !== NLMSG_DONE && message.type !== NLMSG_ERROR) {
					onPayload(message.payload);
					continue;
				}
				const result = message.payload.length < 4 ? 0 : parseErrorCode(message.payload);
				if (result === 0) return;
				throw new NetlinkError(attempt, result);
			}
		}
	} finally {
		socket.close();
	}
}

import { monotonicMs } from "polywan-runtime/clock";
import type { FdWatch } from "polywan-runtime/loop";
import { KERNEL, NetlinkError, openKernelSocket, receiveAnswer } from "./kernel-socket.ts";
import { buildMessage, NLM_F_ACK, NLM_F_DUMP, NLM_F_REQUEST } from "./message.ts";

const ANSWER_TIMEOUT_MS = 2000;

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
		const socket = openKernelSocket(parts.protocol);
		let watch: FdWatch | null = null;
		let undisturbed = true;
		let isOver = false;
		const end = (settle: () => void) => {
			isOver = true;
			clearTimeout(deadline);
			watch?.close();
			socket.close();
			settle();
		};
		// The kernel works while it is asked, for seconds where it has much to do: then its answer is there when time is over.
		const deadline = setTimeout(() => {
			onReadable();
			if (!isOver) end(() => reject(new NetlinkError(parts.attempt, 0)));
		}, ANSWER_TIMEOUT_MS);
		const sequence = (monotonicMs() * 1000) >>> 0;
		const onReadable = () => {
			try {
				const answer = receiveAnswer(socket, sequence, parts.onPayload);
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

import { bigEndian32, buildAttribute, buildNested, concatenate } from "polywan/netlink/message";
import { parseAddress } from "polywan-core/address";
import type { TcpTuple } from "polywan-core/render/resets";

/** TCP_CONNTRACK_SYN_SENT and TCP_CONNTRACK_ESTABLISHED */
export const SYN_SENT = 1;
export const ESTABLISHED = 3;

/** One entry as the kernel dumps it. */
export function buildEntry(
	tuple: TcpTuple,
	{ mark, state, status = 0 }: { mark: number; state: number | null; status?: number },
): Uint8Array {
	const first = tuple.family === 4 ? 1 : 3;
	return concatenate([
		Uint8Array.of(tuple.family === 4 ? 2 : 10, 0, 0, 0),
		buildNested(1, [
			buildNested(1, [
				buildAttribute(first, addressBytes(tuple.source)),
				buildAttribute(first + 1, addressBytes(tuple.destination)),
			]),
			buildNested(2, [
				buildAttribute(1, Uint8Array.of(6)),
				buildAttribute(2, portBytes(tuple.sourcePort)),
				buildAttribute(3, portBytes(tuple.destinationPort)),
			]),
		]),
		buildAttribute(3, bigEndian32(status)),
		...(state === null ? [] : [buildNested(4, [buildNested(1, [buildAttribute(1, Uint8Array.of(state))])])]),
		buildAttribute(8, bigEndian32(mark)),
	]);
}

function addressBytes(text: string): Uint8Array {
	return Uint8Array.from(parseAddress(text)?.bytes ?? []);
}

function portBytes(port: number): Uint8Array {
	return Uint8Array.of(port >>> 8, port & 0xff);
}

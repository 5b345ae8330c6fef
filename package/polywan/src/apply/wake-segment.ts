import { parseAddress } from "polywan-core/address";
import type { TcpTuple } from "polywan-core/render/resets";
import { concatenate } from "../netlink/message.ts";

const IPPROTO_TCP = 6;
const TCP_HEADER_BYTES = 20;
const IPV4_HEADER_BYTES = 20;
const IPV6_HEADER_BYTES = 40;
const HOP_LIMIT = 64;
const TCP_ACK = 0x10;
const DATA_OFFSET = (TCP_HEADER_BYTES / 4) << 4;

/**
 * An IP packet with one TCP acknowledgement that looks as if the far end of `tuple` had sent it. Its sequence number is
 * wrong on purpose: even an opener that has nothing to send answers with what it expects (RFC 9293, 3.10.7.4), and that
 * answer meets the reset. Null when an address of the tuple is none.
 *
 * `checksum` is RFC 1071's over its argument.
 */
export function buildWakeSegment(tuple: TcpTuple, checksum: (data: Uint8Array) => number): Uint8Array | null {
	const from = parseAddress(tuple.destination);
	const to = parseAddress(tuple.source);
	if (from === null || to === null || from.family !== to.family) return null;
	return buildPacket(tuple, Uint8Array.from(from.bytes), Uint8Array.from(to.bytes), checksum);
}

function buildPacket(
	tuple: TcpTuple,
	from: Uint8Array,
	to: Uint8Array,
	checksum: (data: Uint8Array) => number,
): Uint8Array {
	const segment = buildSegment(tuple);
	const sum = checksum(concatenate([pseudoHeader(from, to), segment]));
	segment[16] = sum >>> 8;
	segment[17] = sum & 0xff;
	return concatenate([from.length === 4 ? ipv4Header(from, to, checksum) : ipv6Header(from, to), segment]);
}

function buildSegment(tuple: TcpTuple): Uint8Array {
	const segment = new Uint8Array(TCP_HEADER_BYTES);
	const view = new DataView(segment.buffer);
	view.setUint16(0, tuple.destinationPort);
	view.setUint16(2, tuple.sourcePort);
	segment[12] = DATA_OFFSET;
	segment[13] = TCP_ACK;
	return segment;
}

/** RFC 9293, 3.1 and RFC 8200, 8.1; both sum to the same as long as the words do. */
function pseudoHeader(from: Uint8Array, to: Uint8Array): Uint8Array {
	return concatenate([from, to, Uint8Array.of(0, IPPROTO_TCP, 0, TCP_HEADER_BYTES)]);
}

function ipv4Header(from: Uint8Array, to: Uint8Array, checksum: (data: Uint8Array) => number): Uint8Array {
	const total = IPV4_HEADER_BYTES + TCP_HEADER_BYTES;
	const header = concatenate([
		Uint8Array.of(0x45, 0, 0, total, 0, 0, 0x40, 0, HOP_LIMIT, IPPROTO_TCP, 0, 0),
		from,
		to,
	]);
	const sum = checksum(header);
	header[10] = sum >>> 8;
	header[11] = sum & 0xff;
	return header;
}

function ipv6Header(from: Uint8Array, to: Uint8Array): Uint8Array {
	const header = new Uint8Array(IPV6_HEADER_BYTES);
	header.set([0x60, 0, 0, 0, 0, TCP_HEADER_BYTES, IPPROTO_TCP, HOP_LIMIT]);
	header.set(from, 8);
	header.set(to, 24);
	return header;
}

import { renderAddress } from "polywan-core/address";
import type { Family } from "polywan-core/family";

// ICMP (RFC 792) and ICMPv6 (RFC 4443), as raw(7) sockets give and take them: IPv4 comes with its IP header, IPv6 without.

/** Type, code, checksum, identifier, sequence. */
const ECHO_HEADER_BYTES = 8;

interface Numbers {
	readonly request: number;
	readonly reply: number;
	/** Errors that quote the packet they are about. */
	readonly errors: readonly number[];
	/** Of the quoted IP header; we send no options. */
	readonly headerBytes: number;
	/** Where the quoted header has the protocol, and its number. */
	readonly protocolAt: number;
	readonly protocol: number;
	readonly destinationAt: number;
	readonly addressBytes: number;
}

export const ICMP: Readonly<Record<Family, Numbers>> = {
	4: {
		request: 8,
		reply: 0,
		errors: [3, 11, 12],
		headerBytes: 20,
		protocolAt: 9,
		protocol: 1,
		destinationAt: 16,
		addressBytes: 4,
	},
	6: {
		request: 128,
		reply: 129,
		errors: [1, 3, 4],
		headerBytes: 40,
		protocolAt: 6,
		protocol: 58,
		destinationAt: 24,
		addressBytes: 16,
	},
};

export type IcmpMessage =
	| { readonly kind: "reply"; readonly identifier: number; readonly sequence: number }
	| {
			readonly kind: "error";
			readonly identifier: number;
			readonly sequence: number;
			/** Whom the quoted request was sent to. */
			readonly target: string;
			/** In words a user understands. */
			readonly reason: string;
			/** It came as far as its hops let it. */
			readonly expired: boolean;
	  };

/** An echo request without sequence and checksum. */
export function buildEchoRequest(family: Family, identifier: number, payloadBytes: number): Uint8Array {
	const packet = new Uint8Array(ECHO_HEADER_BYTES + payloadBytes);
	packet[0] = ICMP[family].request;
	packet[4] = identifier >> 8;
	packet[5] = identifier & 0xff;
	for (let i = ECHO_HEADER_BYTES; i < packet.length; i++) packet[i] = i;
	return packet;
}

/** What a raw socket received; null for whatever is neither an echo reply nor an error about an echo request. */
export function parseIcmp(family: Family, packet: Uint8Array): IcmpMessage | null {
	const echo = parseReply(family, packet, packet.length);
	if (echo !== null) return echo;
	const message = family === 4 ? withoutHeader(packet) : packet;
	if (message === null || message.length < ECHO_HEADER_BYTES) return null;
	const type = message[0] ?? -1;
	if (!ICMP[family].errors.includes(type)) return null;
	return parseError(family, message);
}

/** An echo reply, which is what comes nearly always, read in place; null: something else. */
export function parseReply(family: Family, packet: Uint8Array, bytes: number): IcmpMessage | null {
	const at = family === 4 ? ((packet[0] ?? 0) & 0xf) * 4 : 0;
	if ((family === 4 && at < 20) || bytes < at + ECHO_HEADER_BYTES) return null;
	if (packet[at] !== ICMP[family].reply) return null;
	return {
		kind: "reply",
		identifier: ((packet[at + 4] ?? 0) << 8) | (packet[at + 5] ?? 0),
		sequence: ((packet[at + 6] ?? 0) << 8) | (packet[at + 7] ?? 0),
	};
}

function parseError(family: Family, message: Uint8Array): IcmpMessage | null {
	const { request, headerBytes, protocol, protocolAt, destinationAt, addressBytes } = ICMP[family];
	const quoted = message.subarray(8);
	if (quoted.length < headerBytes + ECHO_HEADER_BYTES || (quoted[0] ?? 0) >> 4 !== family) return null;
	if (family === 4 && ((quoted[0] ?? 0) & 0xf) * 4 !== headerBytes) return null;
	const echo = quoted.subarray(headerBytes);
	if (quoted[protocolAt] !== protocol || echo[0] !== request) return null;
	const target = renderAddress({
		family,
		bytes: [...quoted.subarray(destinationAt, destinationAt + addressBytes)],
	});
	const reason = describeError(family, message[0] ?? 0, message[1] ?? 0);
	return { kind: "error", target, reason, expired: isExpired(family, message[0] ?? 0), ...readEcho(echo) };
}

function withoutHeader(packet: Uint8Array): Uint8Array | null {
	const headerBytes = ((packet[0] ?? 0) & 0xf) * 4;
	return headerBytes < 20 || packet.length < headerBytes ? null : packet.subarray(headerBytes);
}

function readEcho(message: Uint8Array): { identifier: number; sequence: number } {
	return {
		identifier: ((message[4] ?? 0) << 8) | (message[5] ?? 0),
		sequence: ((message[6] ?? 0) << 8) | (message[7] ?? 0),
	};
}

const UNREACHABLE: Readonly<Record<Family, Readonly<Record<number, string>>>> = {
	4: {
		0: "network unreachable",
		1: "host unreachable",
		6: "network unknown",
		7: "host unknown",
		9: "network prohibited",
		10: "host prohibited",
		13: "prohibited by a filter",
	},
	6: {
		0: "no route",
		1: "prohibited by a filter",
		3: "address unreachable",
		5: "source address refused",
		6: "route rejected",
	},
};

function isExpired(family: Family, type: number): boolean {
	return type === (family === 4 ? 11 : 3);
}

function describeError(family: Family, type: number, code: number): string {
	if (isExpired(family, type)) return "packets run in circles (time exceeded)";
	if (type === (family === 4 ? 3 : 1)) return UNREACHABLE[family][code] ?? `unreachable (code ${code})`;
	return `refused (ICMP type ${type}, code ${code})`;
}

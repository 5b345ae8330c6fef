import { parseAddress, renderAddress } from "polywan-core/address";

// ARP (RFC 826) over Ethernet and IPv4, and neighbour discovery (RFC 4861).

export const ETHERTYPE_ARP = 0x0806;
const ARP_BYTES = 28;
const REQUEST = 1;
const REPLY = 2;
const ETHERNET = 1;
const ETHERTYPE_IPV4 = 0x0800;

const NEIGHBOUR_SOLICITATION = 135;
export const NEIGHBOUR_ADVERTISEMENT = 136;
const SOURCE_LINK_LAYER = 1;
/** Flags of an advertisement: it answers a solicitation. */
const SOLICITED = 0x40;

/** "Who has `target`, tell `source`." */
export function buildArpRequest(hardware: Uint8Array, source: string, target: string): Uint8Array {
	const message = new Uint8Array(ARP_BYTES);
	const view = new DataView(message.buffer);
	view.setUint16(0, ETHERNET);
	view.setUint16(2, ETHERTYPE_IPV4);
	message[4] = 6;
	message[5] = 4;
	view.setUint16(6, REQUEST);
	message.set(hardware.subarray(0, 6), 8);
	message.set(parseAddress(source)?.bytes ?? [], 14);
	message.set(parseAddress(target)?.bytes ?? [], 24);
	return message;
}

/** The address an ARP reply comes from; null: it is none. */
export function parseArpReply(bytes: Uint8Array): string | null {
	if (bytes.length < ARP_BYTES) return null;
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
	const isArp = view.getUint16(2) === ETHERTYPE_IPV4 && bytes[5] === 4 && bytes[4] === 6;
	if (!isArp || view.getUint16(6) !== REPLY) return null;
	return renderAddress({ family: 4, bytes: [...bytes.subarray(14, 18)] });
}

/** A neighbour solicitation for a raw ICMPv6 socket, whose kernel fills in the checksum. */
export function buildSolicitation(hardware: Uint8Array | null, target: string): Uint8Array {
	const message = new Uint8Array(hardware === null ? 24 : 32);
	message[0] = NEIGHBOUR_SOLICITATION;
	message.set(parseAddress(target)?.bytes ?? [], 8);
	if (hardware === null) return message;
	message[24] = SOURCE_LINK_LAYER;
	message[25] = 1;
	message.set(hardware.subarray(0, 6), 26);
	return message;
}

/** Whose solicited advertisement this is; null: it is none. */
export function parseAdvertisement(bytes: Uint8Array): string | null {
	if (bytes.length < 24 || bytes[0] !== NEIGHBOUR_ADVERTISEMENT || ((bytes[4] ?? 0) & SOLICITED) === 0)
		return null;
	return renderAddress({ family: 6, bytes: [...bytes.subarray(8, 24)] });
}

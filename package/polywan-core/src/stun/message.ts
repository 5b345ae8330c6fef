import { parseAddress, renderAddress } from "../address.ts";

// STUN (RFC 8489) binding requests, with what RFC 5780 adds to find out what kind of NAT is on the way.

const HEADER_BYTES = 20;
const MAGIC_COOKIE = 0x2112a442;
const BINDING_REQUEST = 0x0001;
const BINDING_SUCCESS = 0x0101;
const BINDING_ERROR = 0x0111;
export const TRANSACTION_BYTES = 12;

const MAPPED_ADDRESS = 0x0001;
const CHANGE_REQUEST = 0x0003;
const ERROR_CODE = 0x0009;
const XOR_MAPPED_ADDRESS = 0x0020;
const OTHER_ADDRESS = 0x802c;
/** Of CHANGE-REQUEST. */
const CHANGE_ADDRESS = 0x04;
const CHANGE_PORT = 0x02;

export interface Endpoint {
	readonly address: string;
	readonly port: number;
}

/** What the server is asked to answer from instead of where it was asked. */
export interface Change {
	readonly address: boolean;
	readonly port: boolean;
}

export type StunAnswer =
	/** `other`: the server's second address and port; null: it has none. */
	| { readonly kind: "success"; readonly mapped: Endpoint; readonly other: Endpoint | null }
	| { readonly kind: "error"; readonly code: number; readonly reason: string };

/** @param transaction 12 bytes that cannot be guessed */
export function buildBindingRequest(transaction: Uint8Array, change: Change): Uint8Array {
	const changes = change.address || change.port;
	const message = new Uint8Array(HEADER_BYTES + (changes ? 8 : 0));
	const view = new DataView(message.buffer);
	view.setUint16(0, BINDING_REQUEST);
	view.setUint16(2, message.length - HEADER_BYTES);
	view.setUint32(4, MAGIC_COOKIE);
	message.set(transaction.subarray(0, TRANSACTION_BYTES), 8);
	if (changes) {
		view.setUint16(HEADER_BYTES, CHANGE_REQUEST);
		view.setUint16(HEADER_BYTES + 2, 4);
		view.setUint32(HEADER_BYTES + 4, (change.address ? CHANGE_ADDRESS : 0) | (change.port ? CHANGE_PORT : 0));
	}
	return message;
}

/** Reads what came for a request; null: damaged, or the answer to another. Never throws. */
export function parseBindingAnswer(transaction: Uint8Array, bytes: Uint8Array): StunAnswer | null {
	if (bytes.length < HEADER_BYTES) return null;
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
	const type = view.getUint16(0);
	const end = HEADER_BYTES + view.getUint16(2);
	if ((type !== BINDING_SUCCESS && type !== BINDING_ERROR) || view.getUint32(4) !== MAGIC_COOKIE) return null;
	if (end > bytes.length || transaction.some((byte, index) => bytes[8 + index] !== byte)) return null;
	const attributes = readAttributes(view, bytes, end);
	if (type === BINDING_ERROR) return parseError(attributes.get(ERROR_CODE));
	const xored = readEndpoint(attributes.get(XOR_MAPPED_ADDRESS), bytes.subarray(4, HEADER_BYTES));
	const mapped = xored ?? readEndpoint(attributes.get(MAPPED_ADDRESS), null);
	if (mapped === null) return null;
	return { kind: "success", mapped, other: readEndpoint(attributes.get(OTHER_ADDRESS), null) };
}

/** Of equal ones the first counts (RFC 8489, 14). */
function readAttributes(view: DataView, bytes: Uint8Array, end: number): ReadonlyMap<number, Uint8Array> {
	const attributes = new Map<number, Uint8Array>();
	let at = HEADER_BYTES;
	while (at + 4 <= end) {
		const type = view.getUint16(at);
		const size = view.getUint16(at + 2);
		if (at + 4 + size > end) break;
		if (!attributes.has(type)) attributes.set(type, bytes.subarray(at + 4, at + 4 + size));
		at += 4 + size + ((4 - (size % 4)) % 4);
	}
	return attributes;
}

/** `mask`: cookie and transaction, which an XOR address is hidden with. */
function readEndpoint(value: Uint8Array | undefined, mask: Uint8Array | null): Endpoint | null {
	if (value === undefined) return null;
	const family = value[1] === 1 ? 4 : value[1] === 2 ? 6 : null;
	const size = family === 4 ? 4 : 16;
	if (family === null || value.length < 4 + size) return null;
	const plain = (index: number, by: number) => (value[index] ?? 0) ^ (mask?.[by] ?? 0);
	const bytes = Array.from({ length: size }, (_, index) => plain(4 + index, index));
	return { address: renderAddress({ family, bytes }), port: (plain(2, 0) << 8) | plain(3, 1) };
}

function parseError(value: Uint8Array | undefined): StunAnswer {
	const code = value === undefined ? 0 : ((value[2] ?? 0) & 7) * 100 + (value[3] ?? 0);
	let reason = "";
	for (const byte of value?.subarray(4, 132) ?? [])
		reason += byte >= 32 && byte < 127 ? String.fromCharCode(byte) : "?";
	return { kind: "error", code, reason };
}

/** "stun.example.com:3478", "192.0.2.1", "[2001:db8::1]:3478"; null: none of these. */
export function parseStunServer(text: string): { readonly host: string; readonly port: number } | null {
	const found = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9][A-Za-z0-9_.-]{0,252}))(?::(\d{1,5}))?$/.exec(text);
	const port = found?.[3] === undefined ? 3478 : Number(found[3]);
	if (found === null || port < 1 || port > 65_535) return null;
	const [, ipv6, host = ipv6] = found;
	if (host === undefined || (ipv6 !== undefined && parseAddress(ipv6)?.family !== 6)) return null;
	return { host, port };
}

// Netlink framing as in the kernel's include/uapi/linux/netlink.h: numbers are in host byte order unless an attribute says
// otherwise, messages and attributes are padded to 4 bytes.

/** Whether this machine stores the low byte first; mips_24kc does not. */
export const hostIsLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

export const NLMSG_ERROR = 2;
export const NLMSG_DONE = 3;
export const NLM_F_REQUEST = 0x01;
export const NLM_F_ACK = 0x04;
/** NLM_F_ROOT | NLM_F_MATCH */
export const NLM_F_DUMP = 0x300;
/** The dump was disturbed by a change and may miss something. */
export const NLM_F_DUMP_INTR = 0x10;

const HEADER_BYTES = 16;
const ATTRIBUTE_HEADER_BYTES = 4;
const TYPE_MASK = 0x3fff;
const NLA_F_NESTED = 0x8000;

export interface NetlinkMessage {
	readonly type: number;
	readonly flags: number;
	readonly sequence: number;
	/** Who sent it, or asked for what it tells of: a netlink port, 0 for the kernel. */
	readonly port: number;
	/** What follows the header; a view, not a copy. */
	readonly payload: Uint8Array;
}

/** Splits what one `recv` gave into messages; a message whose length is impossible ends the list. */
export function parseMessages(data: Uint8Array): NetlinkMessage[] {
	const view = viewOf(data);
	const messages: NetlinkMessage[] = [];
	for (let at = 0; at + HEADER_BYTES <= data.length; ) {
		const length = view.getUint32(at, hostIsLittleEndian);
		if (length < HEADER_BYTES || at + length > data.length) break;
		messages.push({
			type: view.getUint16(at + 4, hostIsLittleEndian),
			flags: view.getUint16(at + 6, hostIsLittleEndian),
			sequence: view.getUint32(at + 8, hostIsLittleEndian),
			port: view.getUint32(at + 12, hostIsLittleEndian),
			payload: data.subarray(at + HEADER_BYTES, at + length),
		});
		at += padded(length);
	}
	return messages;
}

export function buildMessage(message: Omit<NetlinkMessage, "port">): Uint8Array {
	const bytes = new Uint8Array(HEADER_BYTES + message.payload.length);
	const view = viewOf(bytes);
	view.setUint32(0, bytes.length, hostIsLittleEndian);
	view.setUint16(4, message.type, hostIsLittleEndian);
	view.setUint16(6, message.flags, hostIsLittleEndian);
	view.setUint32(8, message.sequence, hostIsLittleEndian);
	bytes.set(message.payload, HEADER_BYTES);
	return bytes;
}

/** What an NLMSG_ERROR says: 0 for an acknowledgement, else a negative errno. */
export function parseErrorCode(payload: Uint8Array): number {
	return payload.length < 4 ? -71 : viewOf(payload).getInt32(0, hostIsLittleEndian);
}

/** Attributes by type (flags removed); of a repeated one the last counts. Whatever does not fit ends the list. */
export function parseAttributes(data: Uint8Array): Map<number, Uint8Array> {
	const view = viewOf(data);
	const attributes = new Map<number, Uint8Array>();
	for (let at = 0; at + ATTRIBUTE_HEADER_BYTES <= data.length; ) {
		const length = view.getUint16(at, hostIsLittleEndian);
		if (length < ATTRIBUTE_HEADER_BYTES || at + length > data.length) break;
		const type = view.getUint16(at + 2, hostIsLittleEndian) & TYPE_MASK;
		attributes.set(type, data.subarray(at + ATTRIBUTE_HEADER_BYTES, at + length));
		at += padded(length);
	}
	return attributes;
}

/** Calls `take` with each attribute's type and where its contents are in `view`: cheaper than a map of them, where there are thousands. */
export function eachAttribute(
	view: DataView,
	start: number,
	take: (type: number, at: number, end: number) => void,
): void {
	for (let at = start; at + ATTRIBUTE_HEADER_BYTES <= view.byteLength; ) {
		const length = view.getUint16(at, hostIsLittleEndian);
		if (length < ATTRIBUTE_HEADER_BYTES || at + length > view.byteLength) break;
		const type = view.getUint16(at + 2, hostIsLittleEndian) & TYPE_MASK;
		take(type, at + ATTRIBUTE_HEADER_BYTES, at + length);
		at += padded(length);
	}
}

/** The contents of attributes in their order, whatever their types: elements of a list. */
export function parseAttributeList(data: Uint8Array | undefined): readonly Uint8Array[] {
	if (data === undefined) return [];
	const view = viewOf(data);
	const entries: Uint8Array[] = [];
	for (let at = 0; at + ATTRIBUTE_HEADER_BYTES <= data.length; ) {
		const length = view.getUint16(at, hostIsLittleEndian);
		if (length < ATTRIBUTE_HEADER_BYTES || at + length > data.length) break;
		entries.push(data.subarray(at + ATTRIBUTE_HEADER_BYTES, at + length));
		at += padded(length);
	}
	return entries;
}

export function buildAttribute(type: number, data: Uint8Array): Uint8Array {
	const bytes = new Uint8Array(padded(ATTRIBUTE_HEADER_BYTES + data.length));
	const view = viewOf(bytes);
	view.setUint16(0, ATTRIBUTE_HEADER_BYTES + data.length, hostIsLittleEndian);
	view.setUint16(2, type, hostIsLittleEndian);
	bytes.set(data, ATTRIBUTE_HEADER_BYTES);
	return bytes;
}

export function buildNested(type: number, children: readonly Uint8Array[]): Uint8Array {
	return buildAttribute(type | NLA_F_NESTED, concatenate(children));
}

export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
	const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
	let at = 0;
	for (const part of parts) {
		bytes.set(part, at);
		at += part.length;
	}
	return bytes;
}

/** An unsigned 32-bit number in network byte order, as nfnetlink has them. */
export function bigEndian32(value: number): Uint8Array {
	return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/** The unsigned 32-bit number in network byte order at the start of `data`; null when it is too short. */
export function readBigEndian32(data: Uint8Array | undefined): number | null {
	return data === undefined || data.length < 4 ? null : viewOf(data).getUint32(0);
}

/** An unsigned 32-bit number in host byte order, as rtnetlink has them. */
export function host32(value: number): Uint8Array {
	const bytes = new Uint8Array(4);
	viewOf(bytes).setUint32(0, value, hostIsLittleEndian);
	return bytes;
}

/** The unsigned 32-bit number in host byte order at the start of `data`; null when it is too short. */
export function readHost32(data: Uint8Array | undefined): number | null {
	return data === undefined || data.length < 4 ? null : viewOf(data).getUint32(0, hostIsLittleEndian);
}

export function viewOf(data: Uint8Array): DataView {
	return new DataView(data.buffer, data.byteOffset, data.byteLength);
}

function padded(length: number): number {
	return (length + 3) & ~3;
}

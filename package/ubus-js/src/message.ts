// Messages on the ubus socket: an 8-byte header and one blob_attr that holds the attributes.
import { BlobBuffer, maxAttributeBytes, paddedLength } from "./blob.ts";
import { type BlobTable, CodecError, writeTable } from "./codec.ts";
import { readText } from "./text.ts";

/** ubusmsg.h, enum ubus_msg_type. */
export const messageType = {
	hello: 0,
	status: 1,
	data: 2,
	ping: 3,
	lookup: 4,
	invoke: 5,
	addObject: 6,
	removeObject: 7,
	subscribe: 8,
	unsubscribe: 9,
	notify: 10,
	monitor: 11,
} as const;

/** ubusd closes the connection of a client whose message body, padding included, is longer (UBUS_MAX_MSGLEN). */
export const maxBodyBytes = 1048576;

/** The attributes a message may carry. `signature` and `data` hold blobmsg fields: read them with decodeTable. */
export interface MessageFields {
	status?: number;
	path?: string;
	objectId?: number;
	method?: string;
	typeId?: number;
	signature?: Uint8Array;
	data?: Uint8Array;
	targetId?: number;
	active?: boolean;
	noReply?: boolean;
	subscribers?: number[];
	user?: string;
	group?: string;
}

/** As MessageFields, with tables that are encoded on the way. */
export type OutgoingFields = Omit<MessageFields, "signature" | "data"> & {
	signature?: Uint8Array | BlobTable;
	data?: Uint8Array | BlobTable;
};

export interface MessageHeader {
	type: number;
	seq: number;
	peer: number;
}

/** The bytes of one message. Throws CodecError when a value cannot be carried or the body is too long for ubusd. */
export function encodeMessage(header: MessageHeader, fields: OutgoingFields = {}): Uint8Array {
	const buffer = new BlobBuffer();
	buffer.int8(0);
	buffer.int8(header.type);
	buffer.int16(header.seq);
	buffer.int32(header.peer);
	const body = buffer.open();
	writeFields(buffer, fields);
	if (buffer.close(body, 0, false) > maxBodyBytes)
		throw new CodecError(`a ubus message holds ${maxBodyBytes} bytes at most, this one has ${buffer.length}`);
	return buffer.take();
}

function writeFields(buffer: BlobBuffer, fields: OutgoingFields): void {
	if (fields.status !== undefined) writeInteger(buffer, 1, fields.status);
	if (fields.path !== undefined) writeString(buffer, 2, fields.path);
	if (fields.objectId !== undefined) writeInteger(buffer, 3, fields.objectId);
	if (fields.method !== undefined) writeString(buffer, 4, fields.method);
	if (fields.typeId !== undefined) writeInteger(buffer, 5, fields.typeId);
	if (fields.signature !== undefined) writeNested(buffer, 6, fields.signature);
	if (fields.data !== undefined) writeNested(buffer, 7, fields.data);
	if (fields.targetId !== undefined) writeInteger(buffer, 8, fields.targetId);
	if (fields.active !== undefined) writeFlag(buffer, 9, fields.active);
	if (fields.noReply !== undefined) writeFlag(buffer, 10, fields.noReply);
	if (fields.subscribers !== undefined) writeSubscribers(buffer, fields.subscribers);
	if (fields.user !== undefined) writeString(buffer, 12, fields.user);
	if (fields.group !== undefined) writeString(buffer, 13, fields.group);
}

function writeInteger(buffer: BlobBuffer, id: number, value: number): void {
	const start = buffer.open();
	buffer.int32(value);
	buffer.close(start, id, false);
}

function writeFlag(buffer: BlobBuffer, id: number, value: boolean): void {
	const start = buffer.open();
	buffer.int8(value ? 1 : 0);
	buffer.close(start, id, false);
}

function writeString(buffer: BlobBuffer, id: number, value: string): void {
	if (value.includes("\0")) throw new CodecError(`${JSON.stringify(value)} holds a NUL`);
	const start = buffer.open();
	buffer.text(value);
	buffer.close(start, id, false);
}

function writeNested(buffer: BlobBuffer, id: number, value: Uint8Array | BlobTable): void {
	const start = buffer.open();
	if (value instanceof Uint8Array) buffer.raw(value);
	else writeTable(buffer, value);
	buffer.close(start, id, false);
}

function writeSubscribers(buffer: BlobBuffer, ids: readonly number[]): void {
	const start = buffer.open();
	for (const id of ids) writeInteger(buffer, 0, id);
	buffer.close(start, 11, false);
}

/** Reads the attributes of a message body; unknown ones are skipped. `signature` and `data` are views. Throws CodecError. */
export function decodeFields(body: Uint8Array): MessageFields {
	const fields: MessageFields = {};
	const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
	eachAttribute(view, 0, body.length, (id, start, end) => readField(fields, body, view, id, start, end));
	return fields;
}

function eachAttribute(
	view: DataView,
	start: number,
	end: number,
	visit: (id: number, start: number, end: number) => void,
): void {
	let at = start;
	while (at < end) {
		if (end - at < 4) throw new CodecError(`an attribute header is cut off at byte ${at}`);
		const header = view.getUint32(at);
		const length = header & maxAttributeBytes;
		const next = at + paddedLength(length);
		if (length < 4 || next > end)
			throw new CodecError(`the attribute at byte ${at} has a wrong length of ${length}`);
		visit((header >>> 24) & 0x7f, at + 4, at + length);
		at = next;
	}
}

function readField(
	fields: MessageFields,
	body: Uint8Array,
	view: DataView,
	id: number,
	start: number,
	end: number,
): void {
	if (id === 1) fields.status = readInteger(view, id, start, end) | 0;
	else if (id === 2) fields.path = readString(body, id, start, end);
	else if (id === 3) fields.objectId = readInteger(view, id, start, end);
	else if (id === 4) fields.method = readString(body, id, start, end);
	else if (id === 5) fields.typeId = readInteger(view, id, start, end);
	else if (id === 6) fields.signature = body.subarray(start, end);
	else if (id === 7) fields.data = body.subarray(start, end);
	else if (id === 8) fields.targetId = readInteger(view, id, start, end);
	else if (id === 9) fields.active = readFlag(body, id, start, end);
	else if (id === 10) fields.noReply = readFlag(body, id, start, end);
	else if (id === 11) fields.subscribers = readSubscribers(view, start, end);
	else if (id === 12) fields.user = readString(body, id, start, end);
	else if (id === 13) fields.group = readString(body, id, start, end);
}

function readInteger(view: DataView, id: number, start: number, end: number): number {
	if (end - start !== 4) throw new CodecError(`attribute ${id} has ${end - start} bytes instead of 4`);
	return view.getUint32(start);
}

function readFlag(body: Uint8Array, id: number, start: number, end: number): boolean {
	if (end - start !== 1) throw new CodecError(`attribute ${id} has ${end - start} bytes instead of 1`);
	return body[start] !== 0;
}

function readString(body: Uint8Array, id: number, start: number, end: number): string {
	if (start === end || body[end - 1] !== 0) throw new CodecError(`the text of attribute ${id} does not end`);
	return readText(body, start, body.indexOf(0, start));
}

function readSubscribers(view: DataView, start: number, end: number): number[] {
	const ids: number[] = [];
	eachAttribute(view, start, end, (id, from, to) => ids.push(readInteger(view, id, from, to)));
	return ids;
}

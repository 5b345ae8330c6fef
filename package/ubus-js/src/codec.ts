// blobmsg: the typed, named values inside every ubus message, as libubox lays them out.
import { BlobBuffer, maxAttributeBytes, paddedLength } from "./blob.ts";
import { encodeName, maxNameBytes } from "./name.ts";
import { readText } from "./text.ts";

/**
 * What travels on the bus. Encoding: boolean → INT8, a whole number within 32 bits → INT32, any other whole number
 * up to 2^53 and every bigint → INT64, another number → DOUBLE, null and bytes → UNSPEC. Decoding is the reverse;
 * an INT64 of 2^53 and beyond comes back as a bigint.
 */
export type BlobValue =
	| null
	| boolean
	| number
	| bigint
	| string
	| Uint8Array
	| BlobValue[]
	| { [name: string]: BlobValue };
export type BlobTable = { [name: string]: BlobValue };

/** Bytes that are not what ubus defines, or a value it cannot carry; the message says which and where. */
export class CodecError extends Error {
	override readonly name: string = "CodecError";
}

/** Type numbers of blobmsg.h. */
export const blobType = {
	unspecified: 0,
	array: 1,
	table: 2,
	string: 3,
	int64: 4,
	int32: 5,
	int16: 6,
	int8: 7,
	double: 8,
} as const;

const maxDepth = 64;

/** The fields of a table, one behind the other: the content of a DATA attribute. Throws CodecError. */
export function encodeTable(table: BlobTable): Uint8Array {
	const buffer = new BlobBuffer();
	writeTable(buffer, table);
	return buffer.take();
}

/** As encodeTable, into a buffer. */
export function writeTable(buffer: BlobBuffer, table: BlobTable, depth = 0): void {
	if (depth > maxDepth) throw new CodecError(`a value nested deeper than ${maxDepth} cannot be encoded`);
	for (const name of Object.keys(table)) writeField(buffer, name, table[name], depth);
}

function writeField(buffer: BlobBuffer, name: string, value: BlobValue | undefined, depth: number): void {
	const encodedName = encodeName(name);
	if (encodedName === null)
		throw new CodecError(`a name holds a NUL or more than ${maxNameBytes} bytes: ${name.slice(0, 32)}`);
	const start = buffer.openNamed(encodedName);
	const type = writeValue(buffer, name, value, depth);
	if (buffer.close(start, type, true) > maxAttributeBytes)
		throw new CodecError(`${name} is longer than ${maxAttributeBytes} bytes`);
}

function writeValue(buffer: BlobBuffer, name: string, value: BlobValue | undefined, depth: number): number {
	switch (typeof value) {
		case "string":
			if (value.includes("\0")) throw new CodecError(`the string at ${name} holds a NUL`);
			buffer.text(value);
			return blobType.string;
		case "number":
			return writeNumber(buffer, name, value);
		case "boolean":
			buffer.int8(value ? 1 : 0);
			return blobType.int8;
		case "bigint":
			if (BigInt.asIntN(64, value) !== value)
				throw new CodecError(`${value} at ${name} does not fit 64 bits`);
			buffer.bigInt64(value);
			return blobType.int64;
		case "object":
			return writeObject(buffer, value, depth);
		default:
			throw new CodecError(`${name} is ${typeof value}, which ubus cannot carry`);
	}
}

function writeNumber(buffer: BlobBuffer, name: string, value: number): number {
	if (value === (value | 0)) {
		buffer.int32(value);
		return blobType.int32;
	}
	// NaN and infinity would come out of every C program as text that is not JSON.
	if (!Number.isFinite(value)) throw new CodecError(`${value} at ${name} cannot be carried`);
	if (Number.isInteger(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER + 1) {
		buffer.int64(value);
		return blobType.int64;
	}
	buffer.double(value);
	return blobType.double;
}

function writeObject(buffer: BlobBuffer, value: BlobValue, depth: number): number {
	if (value === null) return blobType.unspecified;
	if (value instanceof Uint8Array) {
		buffer.raw(value);
		return blobType.unspecified;
	}
	if (!Array.isArray(value)) {
		writeTable(buffer, value as BlobTable, depth + 1);
		return blobType.table;
	}
	if (depth >= maxDepth) throw new CodecError(`a value nested deeper than ${maxDepth} cannot be encoded`);
	for (const element of value) writeField(buffer, "", element, depth + 1);
	return blobType.array;
}

/** Reads the fields that encodeTable wrote. Of fields with the same name the last counts. Throws CodecError. */
export function decodeTable(bytes: Uint8Array): BlobTable {
	return new BlobReader(bytes).table(0, bytes.length, 0);
}

/** Receives one field of a table or an array: its blobmsg type and where its data lies. */
export type FieldVisitor = (type: number, name: string, start: number, end: number) => void;

/** Reads blobmsg fields out of bytes nobody has checked; never reads past the range it was given. */
export class BlobReader {
	readonly bytes: Uint8Array;
	readonly #view: DataView;

	constructor(bytes: Uint8Array) {
		this.bytes = bytes;
		this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	}

	table(start: number, end: number, depth: number): BlobTable {
		const table: BlobTable = {};
		this.fields(start, end, true, (type, name, from, to) => {
			const value = this.value(type, from, to, depth);
			if (name === "__proto__") Object.defineProperty(table, name, ownValue(value));
			else table[name] = value;
		});
		return table;
	}

	array(start: number, end: number, depth: number): BlobValue[] {
		const array: BlobValue[] = [];
		this.fields(start, end, false, (type, _name, from, to) => array.push(this.value(type, from, to, depth)));
		return array;
	}

	/** Visits the fields between `start` and `end`; `named` tells a table from an array. Throws CodecError. */
	fields(start: number, end: number, named: boolean, visit: FieldVisitor): void {
		let at = start;
		while (at < end) {
			if (end - at < 4) throw new CodecError(`a field header is cut off at byte ${at}`);
			const header = this.#view.getUint32(at);
			const length = header & maxAttributeBytes;
			const next = at + paddedLength(length);
			if (length < 4 || next > end)
				throw new CodecError(`a field at byte ${at} has a wrong length of ${length}`);
			const type = (header >>> 24) & 0x7f;
			if (header >>> 31) this.#namedField(at, at + length, type, visit);
			else if (named) throw new CodecError(`a field at byte ${at} has no name`);
			else visit(type, "", at + 4, at + length);
			at = next;
		}
	}

	/** The value of one field. Throws CodecError when its length is not that of its type. */
	value(type: number, start: number, end: number, depth: number): BlobValue {
		switch (type) {
			case blobType.string:
				return this.#string(start, end);
			case blobType.int32:
				this.#expect(start, end, 4);
				return this.#view.getInt32(start);
			case blobType.int8:
				this.#expect(start, end, 1);
				return this.bytes[start] !== 0;
			case blobType.table:
				this.#expectDepth(depth);
				return this.table(start, end, depth + 1);
			case blobType.array:
				this.#expectDepth(depth);
				return this.array(start, end, depth + 1);
			case blobType.int64:
				this.#expect(start, end, 8);
				return this.#int64(start);
			case blobType.double:
				this.#expect(start, end, 8);
				return this.#view.getFloat64(start);
			case blobType.int16:
				this.#expect(start, end, 2);
				return this.#view.getInt16(start);
			case blobType.unspecified:
				return start === end ? null : this.bytes.slice(start, end);
			default:
				throw new CodecError(`a field at byte ${start} has the unknown type ${type}`);
		}
	}

	#namedField(start: number, end: number, type: number, visit: FieldVisitor): void {
		if (end - start < 7) throw new CodecError(`a field at byte ${start} is too short for its name`);
		const nameStart = start + 6;
		const nameEnd = nameStart + this.#view.getUint16(start + 4);
		const dataStart = start + 4 + paddedLength(nameEnd + 1 - (start + 4));
		if (dataStart > end) throw new CodecError(`the name of the field at byte ${start} is too long for it`);
		if (this.bytes[nameEnd] !== 0)
			throw new CodecError(`the name of the field at byte ${start} does not end`);
		visit(type, readText(this.bytes, nameStart, nameEnd), dataStart, end);
	}

	#string(start: number, end: number): string {
		if (start === end || this.bytes[end - 1] !== 0)
			throw new CodecError(`a string at byte ${start} does not end`);
		// C programs read up to the first NUL, so that is what the text is.
		const nul = this.bytes.indexOf(0, start);
		return readText(this.bytes, start, nul);
	}

	#int64(start: number): number | bigint {
		const number = this.#view.getInt32(start) * 0x100000000 + this.#view.getUint32(start + 4);
		return Number.isSafeInteger(number) ? number : this.#view.getBigInt64(start);
	}

	#expect(start: number, end: number, length: number): void {
		if (end - start !== length)
			throw new CodecError(`the value at byte ${start} has ${end - start} bytes instead of ${length}`);
	}

	#expectDepth(depth: number): void {
		if (depth >= maxDepth) throw new CodecError(`values are nested deeper than ${maxDepth}`);
	}
}

function ownValue(value: BlobValue): PropertyDescriptor {
	return { value, writable: true, enumerable: true, configurable: true };
}

import { writeText } from "./text.ts";

/** Bytes an attribute occupies: its length rounded up to the next multiple of 4. */
export function paddedLength(length: number): number {
	return (length + 3) & ~3;
}

const extendedBit = 0x80000000;
/** Length field of a blob_attr: 24 bits, its 4-byte header included. */
export const maxAttributeBytes = 0xffffff;
/** One growing buffer, zero beyond its length, into which nested blob attributes are written; integers are big-endian. */
export class BlobBuffer {
	length = 0;
	#bytes: Uint8Array;
	#view: DataView;

	constructor(capacity = 512) {
		this.#bytes = new Uint8Array(capacity);
		this.#view = new DataView(this.#bytes.buffer);
	}

	/** A copy of what was written. */
	take(): Uint8Array {
		return this.#bytes.slice(0, this.length);
	}

	/** Opens an attribute; returns the handle close() needs. */
	open(): number {
		return this.#claim(4);
	}

	/** Opens an extended (blobmsg) attribute with what encodeName() made of its name. */
	openNamed(encodedName: Uint8Array): number {
		const start = this.#claim(4 + encodedName.length);
		this.#bytes.set(encodedName, start + 4);
		return start;
	}

	/** Fills in the header of an attribute opened before and pads it. Returns its unpadded bytes. */
	close(start: number, id: number, extended: boolean): number {
		const bytes = this.length - start;
		this.#view.setUint32(
			start,
			((extended ? extendedBit : 0) | (id << 24) | (bytes & maxAttributeBytes)) >>> 0,
		);
		this.#claim(paddedLength(this.length) - this.length);
		return bytes;
	}

	int8(value: number): void {
		const at = this.#claim(1);
		this.#view.setUint8(at, value);
	}

	int16(value: number): void {
		const at = this.#claim(2);
		this.#view.setUint16(at, value);
	}

	/** Signed or unsigned; the low 32 bits are written. */
	int32(value: number): void {
		const at = this.#claim(4);
		this.#view.setInt32(at, value);
	}

	/** A whole number between -2^53 and 2^53. */
	int64(value: number): void {
		const at = this.#claim(8);
		this.#view.setInt32(at, Math.floor(value / 0x100000000));
		this.#view.setUint32(at + 4, value >>> 0);
	}

	bigInt64(value: bigint): void {
		const at = this.#claim(8);
		this.#view.setBigInt64(at, value);
	}

	double(value: number): void {
		const at = this.#claim(8);
		this.#view.setFloat64(at, value);
	}

	/** UTF-8 with a NUL behind it. */
	text(text: string): void {
		this.#reserve(text.length * 3 + 1);
		this.length += writeText(this.#bytes, this.length, text) + 1;
	}

	raw(bytes: Uint8Array): void {
		const at = this.#claim(bytes.length);
		this.#bytes.set(bytes, at);
	}

	#claim(count: number): number {
		this.#reserve(count);
		const at = this.length;
		this.length += count;
		return at;
	}

	#reserve(count: number): void {
		const needed = this.length + count;
		if (needed <= this.#bytes.length) return;
		const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
		grown.set(this.#bytes.subarray(0, this.length));
		this.#bytes = grown;
		this.#view = new DataView(grown.buffer);
	}
}

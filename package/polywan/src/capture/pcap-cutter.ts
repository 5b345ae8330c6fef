// A capture file as it comes (pcap-savefile(5)): a header of 24 bytes, then records of 16 bytes and the packet.
const HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;
const MAGIC = 0xa1b2c3d4;
const MAGIC_NANOSECONDS = 0xa1b23c4d;

/** Lets whole packets through, until the next one would be too much. */
export class PcapCutter {
	readonly #mostBytes: number;
	#held: Uint8Array = new Uint8Array(0);
	#littleEndian: boolean | null = null;
	#bytes = 0;
	#packets = 0;
	#full = false;

	constructor(mostBytes: number) {
		this.#mostBytes = mostBytes;
	}

	/** Bytes that were let through. */
	get bytes(): number {
		return this.#bytes;
	}

	get packets(): number {
		return this.#packets;
	}

	get isFull(): boolean {
		return this.#full;
	}

	/** Gives what of it, and of what was held back before, is whole. Throws Error when it is no capture. */
	take(chunk: Uint8Array): Uint8Array {
		if (this.#full) return new Uint8Array(0);
		const all = new Uint8Array(this.#held.length + chunk.length);
		all.set(this.#held);
		all.set(chunk, this.#held.length);
		const end = this.#findEnd(all);
		this.#held = all.subarray(end);
		this.#bytes += end;
		return all.subarray(0, end);
	}

	/** Where the last whole record that fits ends. */
	#findEnd(all: Uint8Array): number {
		const view = new DataView(all.buffer);
		let end = 0;
		if (this.#littleEndian === null) {
			if (all.length < HEADER_BYTES) return 0;
			this.#littleEndian = readOrder(view);
			end = HEADER_BYTES;
		}
		while (all.length - end >= RECORD_HEADER_BYTES) {
			const size = RECORD_HEADER_BYTES + view.getUint32(end + 8, this.#littleEndian);
			if (this.#bytes + end + size > this.#mostBytes) {
				this.#full = true;
				break;
			}
			if (end + size > all.length) break;
			end += size;
			this.#packets++;
		}
		return end;
	}
}

/** Whether numbers are little-endian: as on the machine that captured. */
function readOrder(view: DataView): boolean {
	for (const littleEndian of [true, false]) {
		const magic = view.getUint32(0, littleEndian);
		if (magic === MAGIC || magic === MAGIC_NANOSECONDS) return littleEndian;
	}
	throw new Error("tcpdump wrote something else than a capture");
}

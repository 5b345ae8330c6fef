import { maxAttributeBytes, paddedLength } from "./blob.ts";
import { CodecError } from "./codec.ts";
import { type MessageHeader, maxBodyBytes } from "./message.ts";

const headerBytes = 8;

/** Receives whole messages; `body` is only valid during the call. */
export type MessageSink = (header: MessageHeader, body: Uint8Array) => void;

/** Cuts a byte stream into messages. */
export class MessageReader {
	readonly #sink: MessageSink;
	#pending: Uint8Array = new Uint8Array(0);
	#pendingLength = 0;
	#stopped = false;

	constructor(sink: MessageSink) {
		this.#sink = sink;
	}

	/** No more messages are delivered, not even those already received. */
	stop(): void {
		this.#stopped = true;
	}

	/** Takes the next bytes of the stream. Throws CodecError when they cannot be a message: the stream is then useless. */
	push(chunk: Uint8Array): void {
		const bytes = this.#pendingLength === 0 ? chunk : this.#append(chunk);
		const used = this.#deliver(bytes);
		this.#keep(bytes, used);
	}

	#deliver(bytes: Uint8Array): number {
		const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
		let at = 0;
		while (!this.#stopped && bytes.length - at >= headerBytes + 4) {
			const length = view.getUint32(at + headerBytes) & maxAttributeBytes;
			if (length < 4 || paddedLength(length) > maxBodyBytes)
				throw new CodecError(`a ubus message announces a body of ${length} bytes`);
			const end = at + headerBytes + length;
			if (end > bytes.length) break;
			const header = {
				type: view.getUint8(at + 1),
				seq: view.getUint16(at + 2),
				peer: view.getUint32(at + 4),
			};
			this.#sink(header, bytes.subarray(at + headerBytes + 4, end));
			at = end;
		}
		return at;
	}

	#append(chunk: Uint8Array): Uint8Array {
		const length = this.#pendingLength + chunk.length;
		if (length > this.#pending.length) {
			const grown = new Uint8Array(Math.max(length, this.#pending.length * 2));
			grown.set(this.#pending.subarray(0, this.#pendingLength));
			this.#pending = grown;
		}
		this.#pending.set(chunk, this.#pendingLength);
		this.#pendingLength = length;
		return this.#pending.subarray(0, length);
	}

	#keep(bytes: Uint8Array, used: number): void {
		const rest = bytes.subarray(used);
		// The chunk belongs to the transport, which may reuse it: what is left is always copied.
		if (this.#pendingLength > 0) this.#pending.copyWithin(0, used, bytes.length);
		else if (rest.length > 0) this.#pending = rest.slice();
		this.#pendingLength = rest.length;
		if (rest.length === 0) this.#pending = new Uint8Array(0);
	}
}

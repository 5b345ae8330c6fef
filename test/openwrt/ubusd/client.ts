import type { Duplex } from "node:stream";
import { CodecError } from "ubus-js/codec";
import { encodeMessage, type MessageHeader, maxBodyBytes, type OutgoingFields } from "ubus-js/message";
import { MessageReader, type MessageSink } from "ubus-js/message-reader";
import type { BusObject } from "./object.ts";

/** Sees every message; `sent` tells those to the client from those it sent. */
export type Tap = (client: Client, header: MessageHeader, body: Uint8Array, sent: boolean) => void;

/** One program on the bus. */
export class Client {
	readonly id: number;
	/** Node cannot ask for the credentials of a peer; everything in the lab runs as root, which ubusd lets pass. */
	readonly user = "root";
	readonly group = "root";
	readonly objects = new Set<BusObject>();
	readonly #socket: Duplex;
	readonly #tap: Tap;

	constructor(id: number, socket: Duplex, tap: Tap) {
		this.id = id;
		this.#socket = socket;
		this.#tap = tap;
	}

	/** Reads messages until the client ends or sends what is none. */
	serve(onMessage: MessageSink, onGone: () => void): void {
		const reader = new MessageReader((header, body) => {
			this.#tap(this, header, body, false);
			onMessage(header, body);
		});
		this.#socket.on("data", (bytes) => {
			try {
				reader.push(bytes);
			} catch (error) {
				if (!(error instanceof CodecError)) throw error;
				reader.stop();
				this.#socket.destroy();
			}
		});
		// A client that was killed is as gone as one that left.
		this.#socket.on("error", () => {});
		this.#socket.on("close", () => {
			reader.stop();
			onGone();
		});
	}

	send(header: MessageHeader, fields: OutgoingFields): void {
		this.sendBytes(encodeMessage(header, fields), true);
	}

	/** Answers to LOOKUP wait in ubusd until there is room for them: a long list is never dropped. */
	sendKept(header: MessageHeader, fields: OutgoingFields): void {
		this.sendBytes(encodeMessage(header, fields), false);
	}

	/** Passes a body on as it came. */
	forward(header: MessageHeader, body: Uint8Array): void {
		const bytes = new Uint8Array(12 + body.length);
		const view = new DataView(bytes.buffer);
		view.setUint8(1, header.type);
		view.setUint16(2, header.seq);
		view.setUint32(4, header.peer);
		view.setUint32(8, body.length + 4);
		bytes.set(body, 12);
		this.sendBytes(bytes, true);
	}

	/** A whole message. One that finds more than 1 MiB waiting is dropped without a word, as ubusd does. */
	sendBytes(bytes: Uint8Array, droppable: boolean): void {
		const waiting = this.#socket.writableLength;
		if (droppable && waiting > 0 && waiting + bytes.length > maxBodyBytes) return;
		if (this.#socket.writable) this.#socket.write(bytes);
		const view = new DataView(bytes.buffer, bytes.byteOffset);
		const header = { type: view.getUint8(1), seq: view.getUint16(2), peer: view.getUint32(4) };
		this.#tap(this, header, bytes.subarray(12), true);
	}

	disconnect(): void {
		this.#socket.destroy();
	}
}

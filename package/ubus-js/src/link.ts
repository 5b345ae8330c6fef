import { CodecError } from "./codec.ts";
import {
	decodeFields,
	encodeMessage,
	type MessageFields,
	type MessageHeader,
	messageType,
	type OutgoingFields,
} from "./message.ts";
import { MessageReader } from "./message-reader.ts";
import { UbusError, ubusStatus } from "./status.ts";

export interface Transport {
	/** Takes all of `bytes`, keeping what the socket does not accept yet. */
	write(bytes: Uint8Array): void;
	close(): void;
}
export interface TransportEvents {
	/** `bytes` may be reused by the transport after the call. */
	onData(bytes: Uint8Array): void;
	/** The connection is gone; called once, also when connecting failed later than in Connect itself. */
	onClose(error?: Error): void;
}
/** Opens a stream to ubusd's socket; may throw. */
export type Connect = (events: TransportEvents) => Transport;

export interface LinkEvents {
	onHello(): void;
	/** Called once, never from within the constructor or close(). */
	onLost(error: Error | undefined): void;
	/** INVOKE, NOTIFY and UNSUBSCRIBE: what ubusd sends by itself. */
	onMessage(header: MessageHeader, fields: MessageFields): void;
}

export interface Request {
	type: number;
	peer: number;
	fields: OutgoingFields;
	/** For the error message. */
	attempted: string;
	timeoutMs: number;
	/** Called for every DATA of the answer; the views inside are only valid during the call. */
	onData?: (fields: MessageFields) => void;
}

interface Pending {
	request: Request;
	timer: ReturnType<typeof setTimeout>;
	resolve(): void;
	reject(error: Error): void;
}

/** One connection to ubusd from connect to loss: requests are matched with their answers by sequence number and peer. */
export class Link {
	readonly #events: LinkEvents;
	readonly #reader: MessageReader;
	readonly #pending = new Map<number, Pending>();
	#transport: Transport | null = null;
	#seq = 0;
	#open = true;

	/** Throws what `connect` throws; is closed already when connecting failed at once. */
	constructor(connect: Connect, events: LinkEvents) {
		this.#events = events;
		this.#reader = new MessageReader((header, body) => this.#receive(header, body));
		const transport = connect({
			onData: (bytes) => this.#data(bytes),
			onClose: (error) => this.#lose(error),
		});
		if (this.#open) this.#transport = transport;
		else transport.close();
	}

	get open(): boolean {
		return this.#open;
	}

	/** Resolves at STATUS 0. Rejects with UbusError (another status, time-out, connection lost) or CodecError. */
	request(request: Request): Promise<void> {
		return new Promise((resolve, reject) => {
			if (!this.#open) throw new UbusError(ubusStatus.connectionFailed, request.attempted);
			const seq = this.#freeSeq();
			this.send({ type: request.type, seq, peer: request.peer }, request.fields);
			const timer = setTimeout(() => {
				this.#pending.delete(seq);
				reject(new UbusError(ubusStatus.timeout, request.attempted));
			}, request.timeoutMs);
			this.#pending.set(seq, { request, timer, resolve, reject });
		});
	}

	/** Sends a message nobody answers. Does nothing on a closed link. Throws CodecError. */
	send(header: MessageHeader, fields: OutgoingFields): void {
		const bytes = encodeMessage(header, fields);
		if (this.#open) this.#transport?.write(bytes);
	}

	/** Ends the connection; outstanding requests fail with CONNECTION_FAILED. */
	close(): void {
		if (!this.#open) return;
		this.#end();
		this.#transport?.close();
	}

	#data(bytes: Uint8Array): void {
		if (!this.#open) return;
		try {
			this.#reader.push(bytes);
		} catch (error) {
			// Only a stream that cannot be cut into messages is fatal; an exception of a handler is a defect and must be seen.
			if (!(error instanceof CodecError)) throw error;
			this.#transport?.close();
			this.#lose(error);
		}
	}

	#lose(error: Error | undefined): void {
		if (!this.#open) return;
		this.#end();
		// Lost while still connecting: whoever makes the link sees that it is not open.
		if (this.#transport !== null) this.#events.onLost(error);
	}

	#end(): void {
		this.#open = false;
		this.#reader.stop();
		const pending = [...this.#pending.values()];
		this.#pending.clear();
		for (const { request, timer, reject } of pending) {
			clearTimeout(timer);
			reject(new UbusError(ubusStatus.connectionFailed, request.attempted));
		}
	}

	#freeSeq(): number {
		// Long polls stay outstanding for long: a number in use is skipped after the 16 bits wrapped.
		do this.#seq = (this.#seq + 1) & 0xffff;
		while (this.#pending.has(this.#seq) && this.#pending.size < 0xffff);
		return this.#seq;
	}

	#receive(header: MessageHeader, body: Uint8Array): void {
		if (header.type === messageType.hello) {
			this.#events.onHello();
			return;
		}
		const answer = header.type === messageType.data || header.type === messageType.status;
		const pending = answer ? this.#pending.get(header.seq) : undefined;
		// An answer that comes after its time-out, or to a number used again since, is nobody's.
		if (answer && pending?.request.peer !== header.peer) return;
		const fields = readFields(body);
		if (pending === undefined) {
			if (!(fields instanceof CodecError)) this.#events.onMessage(header, fields);
		} else if (fields instanceof CodecError) {
			this.#settle(header.seq, pending, fields);
		} else if (header.type === messageType.data) {
			pending.request.onData?.(fields);
		} else {
			this.#settle(header.seq, pending, statusError(fields.status, pending.request.attempted));
		}
	}

	#settle(seq: number, pending: Pending, error: Error | null): void {
		this.#pending.delete(seq);
		clearTimeout(pending.timer);
		if (error === null) pending.resolve();
		else pending.reject(error);
	}
}

/** ubusd passes on what a provider put into its answer unread: a malformed one fails that request alone. */
function readFields(body: Uint8Array): MessageFields | CodecError {
	try {
		return decodeFields(body);
	} catch (error) {
		if (error instanceof CodecError) return error;
		throw error;
	}
}

function statusError(status: number | undefined, attempted: string): UbusError | null {
	return status === ubusStatus.ok ? null : new UbusError(status ?? ubusStatus.unknown, attempted);
}

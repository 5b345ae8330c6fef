import { type BlobTable, decodeTable } from "./codec.ts";
import type { Link, Request } from "./link.ts";
import { eventObjectId } from "./listener.ts";
import { type MessageFields, messageType } from "./message.ts";
import { readSignature } from "./signature.ts";
import { UbusError, ubusStatus } from "./status.ts";

export interface CallOptions {
	timeoutMs?: number;
	/** Every part of the answer as blobmsg fields, valid during the call only, instead of the decoded last one. */
	onData?: (data: Uint8Array) => void;
}

export interface UbusObjectInfo {
	id: number;
	path: string;
	/** Method → argument → type name. */
	methods: { [method: string]: { [argument: string]: string } };
}

/** The ubus program's own default. */
const defaultTimeoutMs = 30000;

/** Calls to the objects of others over the link of the moment. */
export class BusClient {
	/** Object ids found by lookup, on this link. */
	readonly #ids = new Map<string, number>();
	#link: Link | null = null;

	attach(link: Link): void {
		this.#link = link;
	}

	detach(): void {
		this.#link = null;
		this.#ids.clear();
	}

	async call(
		object: string,
		method: string,
		args: BlobTable | Uint8Array,
		options: CallOptions,
	): Promise<BlobTable> {
		const attempted = `ubus call ${object} ${method}`;
		const known = this.#ids.get(object);
		const id = known ?? (await this.#lookUp(object, attempted));
		try {
			return await this.#invoke(id, method, args, attempted, options);
		} catch (error) {
			if (known === undefined || !(error instanceof UbusError) || error.code !== ubusStatus.notFound)
				throw error;
			// The object may have been registered anew since its id was looked up.
			this.#ids.delete(object);
			const renewed = await this.#lookUp(object, attempted);
			if (renewed === known) throw error;
			return this.#invoke(renewed, method, args, attempted, options);
		}
	}

	async list(pattern: string | undefined): Promise<UbusObjectInfo[]> {
		const found: UbusObjectInfo[] = [];
		await this.#request({
			type: messageType.lookup,
			peer: 0,
			fields: pattern === undefined ? {} : { path: pattern },
			attempted: `ubus list ${pattern ?? ""}`.trim(),
			timeoutMs: defaultTimeoutMs,
			onData: (fields) => found.push(readObjectInfo(fields)),
		});
		return found;
	}

	async sendEvent(event: string, data: BlobTable): Promise<void> {
		await this.#invoke(eventObjectId, "send", { id: event, data }, `ubus send ${event}`, {});
	}

	async #lookUp(path: string, attempted: string): Promise<number> {
		let id: number | undefined;
		await this.#request({
			type: messageType.lookup,
			peer: 0,
			fields: { path },
			attempted,
			timeoutMs: defaultTimeoutMs,
			onData: (fields) => {
				id = fields.objectId;
			},
		});
		if (id === undefined) throw new UbusError(ubusStatus.notFound, attempted);
		this.#ids.set(path, id);
		return id;
	}

	async #invoke(
		id: number,
		method: string,
		data: BlobTable | Uint8Array,
		attempted: string,
		options: CallOptions,
	): Promise<BlobTable> {
		let answer: Uint8Array | undefined;
		await this.#request({
			type: messageType.invoke,
			peer: id,
			fields: { objectId: id, method, data },
			attempted,
			timeoutMs: options.timeoutMs ?? defaultTimeoutMs,
			onData: (fields) => {
				if (fields.data === undefined) return;
				if (options.onData) options.onData(fields.data);
				else answer = fields.data.slice();
			},
		});
		return answer === undefined ? {} : decodeTable(answer);
	}

	#request(request: Request): Promise<void> {
		if (this.#link !== null) return this.#link.request(request);
		return Promise.reject(new UbusError(ubusStatus.connectionFailed, request.attempted));
	}
}

function readObjectInfo(fields: MessageFields): UbusObjectInfo {
	const methods = fields.signature === undefined ? {} : readSignature(decodeTable(fields.signature));
	return { id: fields.objectId ?? 0, path: fields.path ?? "", methods };
}

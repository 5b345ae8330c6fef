import { BlobReader, blobType, CodecError, decodeTable } from "ubus-js/codec";
import { messageType } from "ubus-js/message";
import { ubusStatus } from "ubus-js/status";
import type { Client } from "./client.ts";
import { firstDynamicId } from "./ids.ts";
import type { BusObject } from "./object.ts";

/** Object 1 of ubusd: listeners register with it, events are sent through it. */
export class EventObject {
	readonly #objects: ReadonlyMap<number, BusObject>;
	#seq = 0;

	constructor(objects: ReadonlyMap<number, BusObject>) {
		this.#objects = objects;
	}

	/** Returns a ubus status. */
	invoke(client: Client, method: string, data: Uint8Array | undefined): number {
		if (method !== "register" && method !== "send") return ubusStatus.invalidCommand;
		if (data === undefined) return ubusStatus.invalidArgument;
		try {
			return method === "register" ? this.#register(client, data) : this.#forward(client, data);
		} catch (error) {
			if (error instanceof CodecError) return ubusStatus.invalidArgument;
			throw error;
		}
	}

	/** Tells of an object that came or went. */
	objectEvent(event: "ubus.object.add" | "ubus.object.remove", object: BusObject): void {
		if (object.path === undefined) return;
		this.#send(null, event, { id: object.id | 0, path: object.path });
	}

	#register(client: Client, data: Uint8Array): number {
		const { object: objectId, pattern } = decodeTable(data);
		if (typeof objectId !== "number" || typeof pattern !== "string") return ubusStatus.invalidArgument;
		if (objectId >>> 0 < firstDynamicId || pattern === "") return ubusStatus.permissionDenied;
		const object = this.#objects.get(objectId >>> 0);
		if (object === undefined) return ubusStatus.notFound;
		if (object.client !== client) return ubusStatus.permissionDenied;
		object.patterns.push(pattern);
		return ubusStatus.ok;
	}

	#forward(client: Client, data: Uint8Array): number {
		let event: string | undefined;
		let content: Uint8Array | undefined;
		const reader = new BlobReader(data);
		reader.fields(0, data.length, true, (type, name, start, end) => {
			if (name === "id" && type === blobType.string) event = String(reader.value(type, start, end, 0));
			if (name === "data" && type === blobType.table) content = data.subarray(start, end);
		});
		if (event === undefined || content === undefined) return ubusStatus.invalidArgument;
		if (event.startsWith("ubus.")) return ubusStatus.permissionDenied;
		this.#send(client, event, content);
		return ubusStatus.ok;
	}

	/** To every listener once, however many of its patterns match, and never back to the sender. */
	#send(sender: Client | null, event: string, data: Uint8Array | { id: number; path: string }): void {
		for (const object of this.#objects.values()) {
			if (object.client === sender || !object.patterns.some((pattern) => matches(pattern, event))) continue;
			this.#seq = (this.#seq + 1) & 0xffff;
			const header = { type: messageType.invoke, seq: this.#seq, peer: 0 };
			object.client.send(header, { objectId: object.id, method: event, data });
		}
	}
}

function matches(pattern: string, event: string): boolean {
	return pattern.endsWith("*") ? event.startsWith(pattern.slice(0, -1)) : event === pattern;
}

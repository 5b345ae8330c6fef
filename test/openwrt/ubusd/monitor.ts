import { BlobBuffer } from "ubus-js/blob";
import { type MessageHeader, messageType } from "ubus-js/message";
import { ubusStatus } from "ubus-js/status";
import type { Client } from "./client.ts";

/** ubusmsg.h, enum ubus_monitor_attr. */
const attribute = { client: 0, peer: 1, send: 2, seq: 3, type: 4, data: 5 } as const;

/** Object 3 of ubusd: clients that asked for it see every message on the bus. */
export class MonitorObject {
	readonly #watchers = new Map<Client, { seq: number }>();

	/** Returns a ubus status. */
	invoke(client: Client, method: string): number {
		if (method === "add") this.#watchers.set(client, { seq: 0 });
		else if (method === "remove") this.#watchers.delete(client);
		else return ubusStatus.methodNotFound;
		return ubusStatus.ok;
	}

	forget(client: Client): void {
		this.#watchers.delete(client);
	}

	readonly see = (client: Client, header: MessageHeader, body: Uint8Array, sent: boolean): void => {
		if (this.#watchers.size === 0 || header.type === messageType.monitor) return;
		for (const [watcher, state] of this.#watchers) {
			state.seq = (state.seq + 1) & 0xffff;
			watcher.sendBytes(renderSeen(state.seq, client, header, body, sent), true);
		}
	};
}

function renderSeen(
	seq: number,
	client: Client,
	header: MessageHeader,
	body: Uint8Array,
	sent: boolean,
): Uint8Array {
	const buffer = new BlobBuffer(body.length + 128);
	buffer.int8(0);
	buffer.int8(messageType.monitor);
	buffer.int16(seq);
	buffer.int32(0);
	const top = buffer.open();
	writeInteger(buffer, attribute.client, client.id);
	writeInteger(buffer, attribute.peer, header.peer);
	writeInteger(buffer, attribute.seq, header.seq);
	writeInteger(buffer, attribute.type, header.type);
	const send = buffer.open();
	buffer.int8(sent ? 1 : 0);
	buffer.close(send, attribute.send, false);
	const data = buffer.open();
	buffer.raw(body);
	buffer.close(data, attribute.data, false);
	buffer.close(top, 0, false);
	return buffer.take();
}

function writeInteger(buffer: BlobBuffer, id: number, value: number): void {
	const start = buffer.open();
	buffer.int32(value);
	buffer.close(start, id, false);
}

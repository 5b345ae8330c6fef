import { createConnection } from "node:net";
import type { UbusConnection } from "ubus-js/bus";
import { BlobReader, type BlobTable, decodeTable, encodeTable } from "ubus-js/codec";
import { decodeFields, encodeMessage, type MessageFields, messageType } from "ubus-js/message";
import { MessageReader } from "ubus-js/message-reader";
import { renderFields } from "../blob-json.ts";
import { type Outcome, type Settings, succeeded } from "./output.ts";

const monitorObjectId = 3;
const typeNames = [
	"hello",
	"status",
	"data",
	"ping",
	"lookup",
	"invoke",
	"add_object",
	"remove_object",
	"subscribe",
	"unsubscribe",
	"notify",
];

/** ubus monitor: prints every message on the bus until it is ended. */
export function monitorBus(
	bus: UbusConnection,
	args: readonly string[],
	settings: Settings,
): Promise<Outcome | null> {
	const unknown = settings.monitorTypes.some((name) => !typeNames.includes(name));
	if (unknown || args.length > 0 || !["r", "t", undefined].includes(settings.monitorDirection))
		return Promise.resolve(null);
	bus.close();
	return new Promise((resolve) => {
		const socket = createConnection({ path: settings.socket });
		const reader = new MessageReader(({ type }, body) => {
			if (type === messageType.monitor) printSeen(body, settings);
		});
		socket.on("data", (bytes) => reader.push(bytes));
		socket.on("error", () => {});
		socket.on("close", () => resolve(succeeded));
		const header = { type: messageType.invoke, seq: 1, peer: monitorObjectId };
		socket.write(encodeMessage(header, { objectId: monitorObjectId, method: "add", data: {} }));
	});
}

function printSeen(body: Uint8Array, settings: Settings): void {
	// ubusmsg.h, enum ubus_monitor_attr: client 0, peer 1, send 2, seq 3, type 4, data 5.
	const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
	const numbers: number[] = [];
	let message: Uint8Array = new Uint8Array(0);
	new BlobReader(body).fields(0, body.length, false, (id, _name, start, end) => {
		if (end - start === 4) numbers[id] = view.getUint32(start);
		if (id === 2) numbers[id] = view.getUint8(start);
		if (id === 5) message = body.subarray(start, end);
	});
	const [client = 0, peer = 0, sent = 0, , type = 0] = numbers;
	const name = typeNames[type] ?? String(type);
	if (settings.monitorTypes.length > 0 && !settings.monitorTypes.includes(name)) return;
	if (settings.monitorDirection !== undefined && (settings.monitorDirection === "t") !== (sent === 1)) return;
	const text = renderFields(encodeTable(tableOf(decodeFields(message))), false);
	process.stdout.write(`${sent ? "->" : "<-"} ${hex(client)} #${hex(peer)} ${name.padStart(14)}: ${text}\n`);
}

function tableOf(fields: MessageFields): BlobTable {
	const table: BlobTable = {};
	if (fields.status !== undefined) table.status = fields.status;
	if (fields.path !== undefined) table.objpath = fields.path;
	if (fields.objectId !== undefined) table.objid = fields.objectId | 0;
	if (fields.method !== undefined) table.method = fields.method;
	if (fields.typeId !== undefined) table.objtype = fields.typeId | 0;
	if (fields.signature !== undefined) table.signature = decodeTable(fields.signature);
	if (fields.data !== undefined) table.data = decodeTable(fields.data);
	if (fields.active !== undefined) table.active = fields.active;
	if (fields.noReply !== undefined) table.no_reply = fields.noReply;
	if (fields.user !== undefined) table.user = fields.user;
	if (fields.group !== undefined) table.group = fields.group;
	return table;
}

function hex(id: number): string {
	return id.toString(16).padStart(8, "0");
}

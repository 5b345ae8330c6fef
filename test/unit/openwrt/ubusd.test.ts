import { createConnection, type Socket } from "node:net";
import { type BlobTable, decodeTable } from "ubus-js/codec";
import {
	decodeFields,
	encodeMessage,
	type MessageFields,
	type MessageHeader,
	messageType,
	type OutgoingFields,
} from "ubus-js/message";
import { MessageReader } from "ubus-js/message-reader";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { until } from "../../lab/until.ts";
import { parseHex } from "../ubus-js/hex.ts";
import { TestBus } from "./bus.ts";

interface Seen extends MessageHeader, MessageFields {
	table?: BlobTable;
}

/** A program that speaks the protocol by hand. */
class RawClient {
	readonly seen: Seen[] = [];
	readonly socket: Socket;
	closed = false;

	constructor(path: string) {
		this.socket = createConnection({ path });
		const reader = new MessageReader((header, body) => {
			const { data, signature, ...fields } = decodeFields(body);
			const table = data ?? signature;
			this.seen.push({ ...header, ...fields, ...(table && { table: decodeTable(table) }) });
		});
		this.socket.on("data", (bytes) => reader.push(bytes));
		this.socket.on("error", () => {});
		this.socket.on("close", () => {
			this.closed = true;
		});
	}

	/** The first message of a type, once it is there. */
	async message(type: number): Promise<Seen> {
		const find = () => this.seen.find((message) => message.type === type);
		await until(`a message of type ${type}`, () => find() !== undefined);
		return find() as Seen;
	}

	send(type: number, seq: number, peer: number, fields: OutgoingFields = {}): void {
		this.socket.write(encodeMessage({ type, seq, peer }, fields));
	}

	/** The answers to `seq`, once its STATUS is there. */
	async answers(seq: number): Promise<Seen[]> {
		const own = () => this.seen.filter((message) => message.seq === seq && message.type <= messageType.data);
		await until(`the status of ${seq}`, () => own().some(({ type }) => type === messageType.status));
		return own();
	}

	async status(seq: number): Promise<number | undefined> {
		return (await this.answers(seq)).at(-1)?.status;
	}

	async addObject(seq: number, fields: OutgoingFields = {}): Promise<number> {
		this.send(messageType.addObject, seq, 0, fields);
		return (await this.answers(seq))[0]?.objectId ?? 0;
	}
}

let bus: TestBus;
let clients: RawClient[];
beforeEach(async () => {
	bus = await TestBus.start();
	clients = [];
});
afterEach(async () => {
	for (const client of clients) client.socket.destroy();
	await bus.close();
});

async function connect(): Promise<RawClient> {
	const client = new RawClient(bus.path);
	clients.push(client);
	await until("hello", () => client.seen.length > 0);
	return client;
}

describe("the protocol", () => {
	test("HELLO has a random client id and nothing else", async () => {
		const [first, second] = [await connect(), await connect()];
		expect(first.seen[0]).toMatchObject({ type: messageType.hello, seq: 0 });
		expect(first.seen[0]?.peer).toBeGreaterThanOrEqual(1024);
		expect(first.seen[0]?.peer).not.toBe(second.seen[0]?.peer);
	});
	test("the reference's ADD_OBJECT is taken and found again", async () => {
		const client = await connect();
		client.socket.write(
			parseHex(
				`0006000100000000 00000044 0200000d746573742e6f626a00000000 06000030 8200002c 000568656c6c6f00
				 850000100002696400000000 00000005 85000010 00036d7367000000 00000003`,
			),
		);
		const [added, status] = await client.answers(1);
		expect(added).toMatchObject({
			type: messageType.data,
			objectId: expect.any(Number),
			typeId: expect.any(Number),
		});
		expect(added?.objectId).toBeGreaterThanOrEqual(1024);
		expect(status).toMatchObject({ type: messageType.status, status: 0 });
		client.send(messageType.lookup, 2, 0, { path: "test.obj" });
		expect((await client.answers(2))[0]).toMatchObject({
			path: "test.obj",
			table: { hello: { id: 5, msg: 3 } },
		});
	});
	test("an object without a signature is not found, one with an empty signature is", async () => {
		const client = await connect();
		await client.addObject(1, { path: "bare" });
		await client.addObject(2, { path: "empty", signature: {} });
		client.send(messageType.lookup, 3, 0);
		expect((await client.answers(3)).map(({ path }) => path)).toEqual(["empty", undefined]);
	});
	test("a path is taken once", async () => {
		const client = await connect();
		await client.addObject(1, { path: "one", signature: {} });
		client.send(messageType.addObject, 2, 0, { path: "one", signature: {} });
		expect(await client.status(2)).toBe(2);
	});
	test("INVOKE reaches the provider with the caller's id and user, and its answer carries the object's id", async () => {
		const [provider, caller] = [await connect(), await connect()];
		const id = await provider.addObject(1, { path: "test", signature: { m: {} } });
		caller.send(messageType.invoke, 9, id, { objectId: id, method: "m", data: { n: 1 } });
		const call = await provider.message(messageType.invoke);
		expect(call).toMatchObject({
			seq: 9,
			peer: caller.seen[0]?.peer,
			method: "m",
			user: "root",
			group: "root",
		});
		expect(call.table).toEqual({ n: 1 });
		provider.send(messageType.data, 9, call.peer, { objectId: id, data: { answer: 1 } });
		provider.send(messageType.data, 9, call.peer, { objectId: id, data: { answer: 2 } });
		provider.send(messageType.status, 9, call.peer, { objectId: id, status: 0 });
		const answers = await caller.answers(9);
		expect(answers.map(({ peer, table }) => [peer, table])).toEqual([
			[id, { answer: 1 }],
			[id, { answer: 2 }],
			[id, undefined],
		]);
	});
	test("nobody answers for another's object", async () => {
		const [provider, caller, other] = [await connect(), await connect(), await connect()];
		const id = await provider.addObject(1, { path: "test", signature: { m: {} } });
		const callerId = caller.seen[0]?.peer ?? 0;
		other.send(messageType.status, 9, callerId, { objectId: id, status: 0 });
		other.send(messageType.ping, 2, 0);
		await other.answers(2);
		caller.send(messageType.ping, 3, 0);
		await caller.answers(3);
		expect(caller.seen.some(({ seq }) => seq === 9)).toBe(false);
		other.send(messageType.removeObject, 4, 0, { objectId: id });
		expect(await other.status(4)).toBe(6);
	});
	test("PING is answered by an empty DATA and STATUS 0, unknown types by STATUS 1", async () => {
		const client = await connect();
		client.send(messageType.ping, 1, 0);
		expect(await client.answers(1)).toEqual([
			{ type: messageType.data, seq: 1, peer: 0 },
			{ type: messageType.status, seq: 1, peer: 0, status: 0 },
		]);
		for (const type of [messageType.hello, messageType.monitor, 12, 200]) {
			client.send(type, 100 + type, 0);
			expect(await until("a status", () => client.seen.find(({ seq }) => seq === 100 + type))).toMatchObject({
				status: 1,
			});
		}
	});
	test("NOTIFY that wants answers lists the subscribers, and their answers come with their own ids", async () => {
		const [owner, subscriber] = [await connect(), await connect()];
		const target = await owner.addObject(1, { path: "test", signature: {} });
		const id = await subscriber.addObject(1);
		subscriber.send(messageType.subscribe, 2, 0, { objectId: id, targetId: target });
		expect(await subscriber.status(2)).toBe(0);
		const active = await owner.message(messageType.notify);
		expect(active).toMatchObject({ objectId: target, active: true });
		owner.send(messageType.notify, 5, target, { objectId: target, method: "note", data: { n: 1 } });
		expect(await owner.answers(5)).toMatchObject([{ status: 0, subscribers: [id], objectId: target }]);
		const note = await subscriber.message(messageType.invoke);
		expect(note).toMatchObject({ objectId: id, method: "note", table: { n: 1 }, peer: owner.seen[0]?.peer });
		subscriber.send(messageType.status, note.seq, note.peer, { objectId: id, status: 0 });
		await until("the answer", () =>
			owner.seen.some(({ type, seq, peer }) => type === 1 && seq === 5 && peer === id),
		);
		owner.socket.destroy();
		const end = await subscriber.message(messageType.unsubscribe);
		expect(end).toMatchObject({ objectId: id, targetId: target });
	});
	test("nobody subscribes to itself", async () => {
		const client = await connect();
		const target = await client.addObject(1, { path: "test", signature: {} });
		client.send(messageType.subscribe, 3, 0, { objectId: await client.addObject(2), targetId: target });
		expect(await client.status(3)).toBe(2);
	});
});

describe("clients that misbehave", () => {
	for (const [name, hex] of [
		["a body over 1 MiB", "0005000100000001 00100008"],
		["a body of no bytes", "0005000100000001 00000000"],
		["attributes that overflow", "0004000100000000 0000000c 0200ffff 61616161"],
		["noise", "ff".repeat(64)],
	] as const)
		test(`${name}: disconnected, the others are served`, async () => {
			const [bad, good] = [await connect(), await connect()];
			await bad.addObject(7, { path: "bad", signature: {} });
			bad.socket.write(parseHex(hex));
			await until("it is disconnected", () => bad.closed);
			good.send(messageType.lookup, 1, 0, { path: "bad" });
			expect(await good.status(1)).toBe(4);
		});

	test("one that does not read loses messages, not the bus its memory", async () => {
		const [owner, lazy] = [await connect(), await connect()];
		const target = await owner.addObject(1, { path: "test", signature: {} });
		const id = await lazy.addObject(1);
		lazy.send(messageType.subscribe, 2, 0, { objectId: id, targetId: target });
		expect(await lazy.status(2)).toBe(0);
		lazy.socket.pause();
		const note = encodeMessage(
			{ type: messageType.notify, seq: 5, peer: target },
			{ objectId: target, method: "note", data: { text: "x".repeat(100_000) }, noReply: true },
		);
		for (let i = 0; i < 200; i++) owner.socket.write(note);
		owner.send(messageType.ping, 6, 0);
		await owner.answers(6);
		lazy.socket.resume();
		lazy.send(messageType.ping, 7, 0);
		await lazy.answers(7);
		const notes = lazy.seen.filter(({ type }) => type === messageType.invoke).length;
		expect(notes).toBeGreaterThan(5);
		expect(notes).toBeLessThan(100);
	});
});

import { CodecError, decodeTable } from "ubus-js/codec";
import { decodeFields, encodeMessage, type MessageHeader, messageType } from "ubus-js/message";
import { MessageReader } from "ubus-js/message-reader";
import { describe, expect, test } from "vitest";
import { parseHex, renderHex } from "./hex.ts";

// Seen on a real bus: `test.obj` with the method hello(id:int, msg:str).
const addObject = parseHex(
	`0006000100000000 00000044 0200000d746573742e6f626a00000000 06000030 8200002c 000568656c6c6f00
	 850000100002696400000000 00000005 85000010 00036d7367000000 00000003`,
);
const hello = parseHex("00 00 0000 1234abcd 00000004");

describe("messages", () => {
	test("ADD_OBJECT byte for byte", () => {
		const fields = { path: "test.obj", signature: { hello: { id: 5, msg: 3 } } };
		const bytes = encodeMessage({ type: messageType.addObject, seq: 1, peer: 0 }, fields);
		expect(renderHex(bytes)).toBe(renderHex(addObject));
	});
	test("ADD_OBJECT read back", () => {
		const fields = decodeFields(addObject.subarray(12));
		expect(fields.path).toBe("test.obj");
		expect(decodeTable(fields.signature as Uint8Array)).toEqual({ hello: { id: 5, msg: 3 } });
	});
	test("HELLO carries the client id", () => {
		const seen: MessageHeader[] = [];
		new MessageReader((header, body) => {
			expect(body.length).toBe(0);
			seen.push(header);
		}).push(hello);
		expect(seen).toEqual([{ type: messageType.hello, seq: 0, peer: 0x1234abcd }]);
	});
	test("every attribute there and back", () => {
		const fields = {
			status: -1,
			path: "a.b",
			objectId: 0xfedcba98,
			method: "m",
			typeId: 4000000000,
			targetId: 0x80000000,
			active: true,
			noReply: false,
			subscribers: [1, 0xffffffff],
			user: "root",
			group: "wheel",
		};
		const bytes = encodeMessage({ type: messageType.notify, seq: 65535, peer: 0xffffffff }, fields);
		expect(decodeFields(bytes.subarray(12))).toEqual(fields);
	});
	test("a message ubusd would disconnect us for is refused", () => {
		const header = { type: messageType.invoke, seq: 1, peer: 1 };
		expect(() => encodeMessage(header, { data: { text: "x".repeat(1048576) } })).toThrow(CodecError);
		expect(encodeMessage(header, { data: { text: "x".repeat(1048576 - 64) } }).length).toBeGreaterThan(
			1048000,
		);
	});
	test("unknown attributes are skipped", () =>
		expect(decodeFields(parseHex("1f000008 00000001 03000008 00000007"))).toEqual({ objectId: 7 }));

	for (const [name, hex] of [
		["an object id of 2 bytes", "03000006 0001 0000"],
		["a path that does not end", "02000008 61616161"],
		["a length beyond the end", "03000010 00000001"],
		["a flag of 4 bytes", "09000008 00000001"],
		["a subscriber of 1 byte", "0b00000c 00000005 01000000"],
	] as const)
		test(`malformed: ${name}`, () => expect(() => decodeFields(parseHex(hex))).toThrow(CodecError));
});

describe("the stream", () => {
	const stream = Buffer.concat([hello, addObject, hello, addObject, addObject]);
	const expected = [0, 6, 0, 6, 6];

	for (const size of [1, 2, 3, 7, 12, 13, 80, 81, 500]) {
		test(`in pieces of ${size} bytes`, () => {
			const types: number[] = [];
			const reader = new MessageReader((header, body) => {
				types.push(header.type);
				if (header.type === 6) expect(decodeFields(body).path).toBe("test.obj");
			});
			const chunk = new Uint8Array(size);
			for (let at = 0; at < stream.length; at += size) {
				// One buffer for all chunks, as a transport may have it.
				const part = stream.subarray(at, at + size);
				chunk.set(part);
				reader.push(chunk.subarray(0, part.length));
				chunk.fill(0xee);
			}
			expect(types).toEqual(expected);
		});
	}
	test("stop() holds back what is already there", () => {
		let count = 0;
		const reader: MessageReader = new MessageReader(() => {
			count++;
			reader.stop();
		});
		reader.push(stream);
		expect(count).toBe(1);
	});
	test("a body longer than 1 MiB is refused at its header", () => {
		const reader = new MessageReader(() => {});
		expect(() => reader.push(parseHex("0005000100000001 00100001"))).toThrow(CodecError);
	});
	test("a body shorter than its own header is refused", () => {
		expect(() => new MessageReader(() => {}).push(parseHex("0005000100000001 00000003"))).toThrow(CodecError);
	});
});

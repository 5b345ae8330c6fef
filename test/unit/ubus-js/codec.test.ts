import { type BlobTable, type BlobValue, CodecError, decodeTable, encodeTable } from "ubus-js/codec";
import { describe, expect, test } from "vitest";
import { parseHex, renderHex } from "./hex.ts";

// Laid out by hand after libubox's blobmsg.h: ext bit and type, 24-bit length, name length, name, NUL, padding, data.
const vectors: { name: string; value: BlobValue; hex: string }[] = [
	{ name: "true", value: true, hex: "87000009 0001 61 00 01 000000" },
	{ name: "false", value: false, hex: "87000009 0001 61 00 00 000000" },
	{ name: "an int32", value: 5, hex: "8500000c 0001 61 00 00000005" },
	{ name: "a negative int32", value: -2, hex: "8500000c 0001 61 00 fffffffe" },
	{ name: "the largest int32", value: 2147483647, hex: "8500000c 0001 61 00 7fffffff" },
	{ name: "a counter beyond int32", value: 2147483648, hex: "84000010 0001 61 00 0000000080000000" },
	{ name: "a negative int64", value: -2147483649, hex: "84000010 0001 61 00 ffffffff7fffffff" },
	{ name: "2^53 - 1", value: 2 ** 53 - 1, hex: "84000010 0001 61 00 001fffffffffffff" },
	{ name: "a fraction", value: 1.5, hex: "88000010 0001 61 00 3ff8000000000000" },
	{ name: "a string", value: "hello", hex: "8300000e 0001 61 00 68656c6c6f00 0000" },
	{ name: "an empty string", value: "", hex: "83000009 0001 61 00 00 000000" },
	{ name: "null", value: null, hex: "80000008 0001 61 00" },
	{ name: "bytes", value: Uint8Array.of(1, 2, 3), hex: "8000000b 0001 61 00 010203 00" },
	{ name: "an empty table", value: {}, hex: "82000008 0001 61 00" },
	{
		name: "an array",
		value: [1, "x"],
		hex: "81000020 0001 61 00 8500000c 0000 0000 00000001 8300000a 0000 0000 7800 0000",
	},
	{ name: "a table", value: { b: 7 }, hex: "82000014 0001 61 00 8500000c 0001 62 00 00000007" },
];
describe("blobmsg", () => {
	for (const { name, value, hex } of vectors) {
		test(`${name}: bytes`, () => expect(renderHex(encodeTable({ a: value }))).toBe(renderHex(parseHex(hex))));
		test(`${name}: back`, () => expect(decodeTable(parseHex(hex))).toEqual({ a: value }));
	}

	test("an INT16, which only C programs send", () =>
		expect(decodeTable(parseHex("8600000a 0001 61 00 fffe 0000"))).toEqual({ a: -2 }));
	test("an INT64 beyond 2^53 is a bigint, both ways", () => {
		const bytes = encodeTable({ a: 0x7fffffffffffffffn, b: -0x8000000000000000n });
		expect(decodeTable(bytes)).toEqual({ a: 0x7fffffffffffffffn, b: -0x8000000000000000n });
	});
	test("2^53 is taken as a number and comes back as a bigint", () =>
		expect(decodeTable(encodeTable({ a: 2 ** 53 }))).toEqual({ a: 2n ** 53n }));
	test("a small bigint travels as INT64", () =>
		expect(renderHex(encodeTable({ a: 1n }))).toBe("84000010000161000000000000000001"));
	test("a name whose end needs padding", () =>
		expect(renderHex(encodeTable({ hello: 1 }))).toBe(
			renderHex(parseHex("85000010 0005 68656c6c6f 00 00000001")),
		));
	test("text outside ASCII, short and long", () => {
		const table = { größe: "Zürich – 東京 🙂", long: `${"ä".repeat(100)}🙂`, ascii: "x".repeat(100) };
		expect(decodeTable(encodeTable(table))).toEqual(table);
	});
	test("a long table grows the buffer", () => {
		const table: BlobTable = {};
		for (let i = 0; i < 2000; i++) table[`name${i}`] = { i, text: "x".repeat(i % 50), list: [i, null, true] };
		expect(decodeTable(encodeTable(table))).toEqual(table);
	});
	test("a field named __proto__ is an ordinary field", () => {
		const table = decodeTable(parseHex("85000014 0009 5f5f70726f746f5f5f 00 00000001"));
		expect(Object.getPrototypeOf(table)).toBe(Object.prototype);
		expect(Object.keys(table)).toEqual(["__proto__"]);
	});
	test("a string ends at its first NUL, as for C programs", () =>
		expect(decodeTable(parseHex("8300000d 0001 61 00 6100 6200 00 000000"))).toEqual({ a: "a" }));
	test("elements of arrays may come without the extended header", () =>
		expect(decodeTable(parseHex("81000010 0001 61 00 05000008 00000009"))).toEqual({ a: [9] }));
});

describe("values ubus cannot carry", () => {
	const cyclic: BlobTable = {};
	cyclic.self = cyclic;
	const cases: [string, unknown, RegExp][] = [
		["NaN", Number.NaN, /NaN at a/],
		["infinity", Number.POSITIVE_INFINITY, /Infinity at a/],
		["undefined", undefined, /a is undefined/],
		["a NUL in text", "a\0b", /holds a NUL/],
		["a bigint of 65 bits", 2n ** 63n, /64 bits/],
		["a cycle", cyclic, /nested deeper/],
	];
	for (const [name, value, message] of cases) {
		test(name, () => {
			expect(() => encodeTable({ a: value as BlobValue })).toThrow(CodecError);
			expect(() => encodeTable({ a: value as BlobValue })).toThrow(message);
		});
	}
	test("an endless array", () => {
		const array: BlobValue[] = [];
		array.push(array);
		expect(() => encodeTable({ a: array })).toThrow(CodecError);
	});
	test("a name of 65,536 bytes", () =>
		expect(() => encodeTable({ ["x".repeat(65536)]: 1 })).toThrow(CodecError));
});

describe("malformed input", () => {
	const cases: [string, string][] = [
		["a header cut off", "850000"],
		["a length below the header's own", "85000003 0001 6100"],
		["a length of zero", "85000000 0001 6100"],
		["a length beyond the end", "85000010 0001 6100 00000001"],
		["padding that is missing", "87000009 0001 6100 01"],
		["no name in a table", "05000008 00000001"],
		["too short for a name", "85000006 0000 0000"],
		["a name longer than its field", "8500000c 00ff 6100 00000001"],
		["a name that does not end", "8500000c 0001 6161 00000001"],
		["an INT32 of 2 bytes", "8500000a 0001 6100 0001 0000"],
		["an INT8 of 4 bytes", "8700000c 0001 6100 00000001"],
		["an INT64 of 4 bytes", "8400000c 0001 6100 00000001"],
		["a DOUBLE of 4 bytes", "8800000c 0001 6100 00000001"],
		["an INT16 of 4 bytes", "8600000c 0001 6100 00000001"],
		["a string without its NUL", "8300000c 0001 6100 61616161"],
		["a string of no bytes", "83000008 0001 6100"],
		["an unknown type", "89000008 0001 6100"],
		["a child longer than its table", "82000010 0001 6100 8500000c 0001 6200 00000007"],
	];
	for (const [name, hex] of cases)
		test(name, () => expect(() => decodeTable(parseHex(hex))).toThrow(CodecError));

	test("tables nested without end", () => {
		let bytes: Uint8Array = new Uint8Array(0);
		for (let i = 0; i < 70; i++) {
			const outer = new Uint8Array(bytes.length + 8);
			outer.set(parseHex("82000000 0001 6100"));
			new DataView(outer.buffer).setUint32(0, 0x82000000 + outer.length);
			outer.set(bytes, 8);
			bytes = outer;
		}
		expect(() => decodeTable(bytes)).toThrow(/nested deeper/);
	});
	test("bytes around the given view are never read", () => {
		const whole = parseHex("ffffffff 8300000d 0001 6100 68656c6c00 ffffff");
		expect(() => decodeTable(whole.subarray(4, 15))).toThrow(CodecError);
	});
});

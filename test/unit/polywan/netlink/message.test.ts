import {
	bigEndian32,
	buildAttribute,
	buildMessage,
	buildNested,
	concatenate,
	parseAttributes,
	parseErrorCode,
	parseMessages,
	readBigEndian32,
} from "polywan/netlink/message";
import { describe, expect, test } from "vitest";

describe("netlink messages", () => {
	test("what is built is parsed again, several in one buffer, padded to 4 bytes", () => {
		const one = buildMessage({ type: 26, flags: 0x301, sequence: 7, payload: Uint8Array.of(1, 2, 3, 4) });
		const two = buildMessage({ type: 3, flags: 2, sequence: 8, payload: new Uint8Array(0) });
		expect(parseMessages(concatenate([one, two]))).toEqual([
			{ type: 26, flags: 0x301, sequence: 7, port: 0, payload: Uint8Array.of(1, 2, 3, 4) },
			{ type: 3, flags: 2, sequence: 8, port: 0, payload: new Uint8Array(0) },
		]);
	});

	test("a length beyond the buffer or shorter than a header ends the list", () => {
		const message = buildMessage({ type: 1, flags: 0, sequence: 1, payload: Uint8Array.of(1, 2, 3, 4) });
		expect(parseMessages(message.subarray(0, 19))).toEqual([]);
		const tooShort = Uint8Array.from(message);
		tooShort.set([3, 0, 0, 0]);
		expect(parseMessages(tooShort)).toEqual([]);
	});

	test("attributes are found by type, nested ones without their flag", () => {
		const inner = buildAttribute(1, Uint8Array.of(9));
		const attributes = parseAttributes(
			concatenate([buildNested(4, [inner]), buildAttribute(8, bigEndian32(0xff000000))]),
		);
		expect(parseAttributes(attributes.get(4) ?? new Uint8Array(0)).get(1)).toEqual(Uint8Array.of(9));
		expect(readBigEndian32(attributes.get(8))).toBe(0xff000000);
	});

	test("an error message holds a negative errno, an acknowledgement 0", () => {
		expect(parseErrorCode(Uint8Array.of(0xfe, 0xff, 0xff, 0xff))).toBe(-2);
		expect(parseErrorCode(new Uint8Array(20))).toBe(0);
	});
});

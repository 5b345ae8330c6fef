import { parseConnectionEvent } from "polywan/load/connection-events";
import { buildMessage } from "polywan/netlink/message";
import { describe, expect, test } from "vitest";
import { buildEntry, ESTABLISHED, SYN_SENT } from "../apply/conntrack-entry.ts";

const [CT_NEW, CT_DELETE] = [0x100, 0x102];
const CREATE_EXCLUSIVE = 0x600;
const [TIME_WAIT, CLOSE] = [7, 8];
const mark = 0xfe000001;
const tuple = {
	family: 4,
	source: "192.168.1.2",
	destination: "192.0.2.1",
	sourcePort: 40_000,
	destinationPort: 443,
} as const;

function parse(type: number, flags: number, state: number) {
	const bytes = buildMessage({ type, flags, sequence: 0, payload: buildEntry(tuple, { mark, state }) });
	return parseConnectionEvent(new DataView(bytes.buffer), bytes.length);
}

describe("events of connection tracking", () => {
	test("a new connection is one more", () => {
		expect(parse(CT_NEW, CREATE_EXCLUSIVE, SYN_SENT)).toEqual({ change: 1, mark });
	});

	test("one that ends is one less, once", () => {
		expect(parse(CT_NEW, 0, ESTABLISHED)).toBeNull();
		expect(parse(CT_NEW, 0, TIME_WAIT)).toEqual({ change: -1, mark });
		expect(parse(CT_DELETE, 0, TIME_WAIT)).toBeNull();
		expect(parse(CT_DELETE, 0, CLOSE)).toBeNull();
	});

	test("one that is forgotten while it lives is one less", () => {
		expect(parse(CT_DELETE, 0, ESTABLISHED)).toEqual({ change: -1, mark });
	});

	test("other messages and cut ones change nothing", () => {
		expect(parse(0x101, 0, TIME_WAIT)).toBeNull();
		const bytes = buildMessage({
			type: CT_NEW,
			flags: 0x600,
			sequence: 0,
			payload: buildEntry(tuple, { mark, state: 1 }),
		});
		for (let length = 0; length < bytes.length; length++)
			expect(
				parseConnectionEvent(new DataView(bytes.buffer, 0, length), length)?.mark ?? 0,
			).toBeLessThanOrEqual(mark);
	});
});

import { buildIcmpFilter } from "polywan/probe/filter";
import { buildEchoRequest, parseIcmp } from "polywan/probe/icmp";
import { expect, test } from "vitest";
import { runFilter } from "./bpf.ts";
import { echoReply, icmpError } from "./packets.ts";

const TARGET4 = [203, 0, 113, 1];
const TARGET6 = [0x20, 0x01, 0x0d, 0xb8, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];

test("an echo request", () => {
	expect([...buildEchoRequest(4, 0x1234, 2)]).toEqual([8, 0, 0, 0, 0x12, 0x34, 0, 0, 8, 9]);
	expect(buildEchoRequest(6, 1, 0)[0]).toBe(128);
});

test("replies", () => {
	const reply = { kind: "reply", identifier: 0x1234, sequence: 0xfffe };
	expect(parseIcmp(4, echoReply(4, 0x1234, 0xfffe))).toEqual(reply);
	expect(parseIcmp(6, echoReply(6, 0x1234, 0xfffe))).toEqual(reply);
});

test("errors about our request tell whom it was sent to and why", () => {
	const quoted = { kind: "error", expired: false, identifier: 7, sequence: 9 };
	expect(parseIcmp(4, icmpError(4, 3, 1, TARGET4, 7, 9))).toEqual({
		...quoted,
		target: "203.0.113.1",
		reason: "host unreachable",
	});
	expect(parseIcmp(6, icmpError(6, 1, 0, TARGET6, 7, 9))).toEqual({
		...quoted,
		target: "2001:db8:ffff::1",
		reason: "no route",
	});
	expect(parseIcmp(4, icmpError(4, 11, 0, TARGET4, 7, 9))).toMatchObject({
		reason: expect.stringContaining("circles"),
	});
	expect(parseIcmp(4, icmpError(4, 3, 77, TARGET4, 7, 9))).toMatchObject({ reason: "unreachable (code 77)" });
});

test("requests of others, errors about other protocols and stumps are nothing", () => {
	const request = echoReply(4, 1, 1);
	request[20] = 8;
	expect(parseIcmp(4, request)).toBeNull();
	const aboutUdp = icmpError(4, 3, 3, TARGET4, 1, 1);
	aboutUdp[20 + 8 + 9] = 17;
	expect(parseIcmp(4, aboutUdp)).toBeNull();
	const whole = icmpError(6, 1, 0, TARGET6, 1, 1);
	for (let length = 0; length < whole.length; length++)
		expect(parseIcmp(6, whole.subarray(0, length))).toBeNull();
	for (let length = 0; length < 28; length++)
		expect(parseIcmp(4, echoReply(4, 1, 1).subarray(0, length))).toBeNull();
});

test("the kernel's filter passes what is ours and nothing else", () => {
	for (const [family, target, errors] of [
		[4, TARGET4, [3, 11, 12]],
		[6, TARGET6, [1, 3, 4]],
	] as const) {
		const filter = buildIcmpFilter(family, 0x0203);
		expect(runFilter(filter, echoReply(family, 0x0203, 5))).toBeGreaterThan(1500);
		expect(runFilter(filter, echoReply(family, 0x0302, 5))).toBe(0);
		for (const type of errors) {
			expect(runFilter(filter, icmpError(family, type, 0, target, 0x0203, 5))).toBeGreaterThan(1500);
			expect(runFilter(filter, icmpError(family, type, 0, target, 0x0204, 5))).toBe(0);
		}
		expect(runFilter(filter, icmpError(family, 5, 0, target, 0x0203, 5))).toBe(0);
		expect(runFilter(filter, new Uint8Array(3))).toBe(0);
	}
});

import { buildDeleteRequest, buildDumpRequest, parseEstablished } from "polywan/apply/conntrack";
import { parseAttributes } from "polywan/netlink/message";
import type { TcpTuple } from "polywan-core/render/resets";
import { describe, expect, test } from "vitest";
import { buildEntry, ESTABLISHED, SYN_SENT } from "./conntrack-entry.ts";

const filter = { mark: 0x01000000, mask: 0xff000000 };
const ipv4: TcpTuple = {
	family: 4,
	source: "192.168.1.100",
	destination: "203.0.113.1",
	sourcePort: 40001,
	destinationPort: 443,
};
const ipv6: TcpTuple = { ...ipv4, family: 6, source: "fd00:1::100", destination: "2001:db8:ffff::1" };

describe("conntrack entries", () => {
	test("the tuple of an established TCP connection with the uplink's mark, in both families", () => {
		expect(parseEstablished(buildEntry(ipv4, { mark: 0x01000000, state: ESTABLISHED }), filter)).toEqual(
			ipv4,
		);
		expect(parseEstablished(buildEntry(ipv6, { mark: 0x01000000, state: ESTABLISHED }), filter)).toEqual(
			ipv6,
		);
	});

	test("foreign bits of the mark do not matter, another uplink's mark does", () => {
		expect(parseEstablished(buildEntry(ipv4, { mark: 0x0100beef, state: ESTABLISHED }), filter)).toEqual(
			ipv4,
		);
		expect(parseEstablished(buildEntry(ipv4, { mark: 0x02000000, state: ESTABLISHED }), filter)).toBeNull();
	});

	test("connections that are not established are left out: their retransmission succeeds by itself", () => {
		expect(parseEstablished(buildEntry(ipv4, { mark: 0x01000000, state: SYN_SENT }), filter)).toBeNull();
	});

	test("an offloaded one is established: the kernel gives no state of it", () => {
		const entry = { mark: 0x01000000, state: null };
		expect(parseEstablished(buildEntry(ipv4, { ...entry, status: 0x400e }), filter)).toEqual(ipv4);
		expect(parseEstablished(buildEntry(ipv4, { ...entry, status: 0xc00e }), filter)).toEqual(ipv4);
		expect(parseEstablished(buildEntry(ipv4, { ...entry, status: 0x000e }), filter)).toBeNull();
	});

	test("every shortened entry is null or the whole tuple, never an exception", () => {
		const whole = buildEntry(ipv4, { mark: 0x01000000, state: ESTABLISHED });
		for (let length = 0; length < whole.length; length++) {
			expect([null, ipv4]).toContainEqual(parseEstablished(whole.subarray(0, length), filter));
		}
	});
});

describe("conntrack requests", () => {
	test("a delete names family, mark and mask, and no tuple: the kernel then deletes by filter", () => {
		const request = buildDeleteRequest(6, filter);
		expect([...request.subarray(0, 4)]).toEqual([10, 1, 0, 0]);
		const attributes = parseAttributes(request.subarray(4));
		expect([...attributes.keys()].sort()).toEqual([21, 8]);
		expect([...(attributes.get(8) ?? [])]).toEqual([1, 0, 0, 0]);
		expect([...(attributes.get(21) ?? [])]).toEqual([0xff, 0, 0, 0]);
	});

	test("a dump filters in the kernel by mark and by being assured", () => {
		const attributes = parseAttributes(buildDumpRequest(4, filter).subarray(4));
		expect([...(attributes.get(3) ?? [])]).toEqual([0, 0, 0, 4]);
		expect([...(attributes.get(26) ?? [])]).toEqual([0, 0, 0, 4]);
	});
});

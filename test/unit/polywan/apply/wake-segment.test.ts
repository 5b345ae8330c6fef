import { buildWakeSegment } from "polywan/apply/wake-segment";
import { describe, expect, test } from "vitest";

/** RFC 1071, as the runtime has it in C. */
function checksum(data: Uint8Array): number {
	let sum = 0;
	for (let at = 0; at < data.length; at += 2) sum += ((data[at] ?? 0) << 8) | (data[at + 1] ?? 0);
	while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
	return ~sum & 0xffff;
}

const ports = { sourcePort: 40001, destinationPort: 443 };
const ipv4 = { family: 4, source: "192.168.1.100", destination: "203.0.113.1", ...ports } as const;
const ipv6 = { family: 6, source: "fd00:1::100", destination: "2001:db8:ffff::1", ...ports } as const;

describe("the segment that wakes an idle client", () => {
	test("comes from the server and goes to the client", () => {
		const packet = buildWakeSegment(ipv4, checksum) ?? new Uint8Array(0);
		expect(packet.length).toBe(40);
		expect([...packet.subarray(12, 20)]).toEqual([203, 0, 113, 1, 192, 168, 1, 100]);
		expect([...packet.subarray(20, 24)]).toEqual([443 >> 8, 443 & 255, 40001 >> 8, 40001 & 255]);
		expect(packet[33]).toBe(0x10);
	});

	test("its checksums hold in both families", () => {
		const four = buildWakeSegment(ipv4, checksum) ?? new Uint8Array(0);
		expect(checksum(four.subarray(0, 20))).toBe(0);
		expect(checksum(Uint8Array.from([...four.subarray(12, 20), 0, 6, 0, 20, ...four.subarray(20)]))).toBe(0);
		const six = buildWakeSegment(ipv6, checksum) ?? new Uint8Array(0);
		expect(six.length).toBe(60);
		expect(
			checksum(Uint8Array.from([...six.subarray(8, 40), 0, 0, 0, 20, 0, 0, 0, 6, ...six.subarray(40)])),
		).toBe(0);
	});

	test("addresses of two families make no packet", () => {
		expect(buildWakeSegment({ ...ipv4, source: "fd00:1::100" }, checksum)).toBeNull();
	});
});

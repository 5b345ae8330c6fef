import { buildFilter, parseCriteria, parsePaging, SelectionError } from "polywan/connections/selection";
import { describe, expect, it } from "vitest";

const marks = { uplinks: [{ name: "wan", mark: 0x01000000 }], markMask: 0xff000000 };

describe("which connections are meant", () => {
	it("is all of them without a criterion", () => {
		expect(buildFilter(parseCriteria({}, marks)).every((byte) => byte === 0)).toBe(true);
	});

	it("is laid out as mod_conntrack.c reads it", () => {
		const criteria = parseCriteria(
			{
				uplink: "wan",
				protocol: "tcp",
				source: "192.168.1.0/24",
				source_port: 0x1234,
				destination_port: 443,
			},
			marks,
		);
		const filter = buildFilter(criteria);
		expect(filter.length).toBe(48);
		expect([...filter.subarray(0, 4)]).toEqual([4, 6, 24, 0]);
		const view = new DataView(filter.buffer);
		expect([view.getUint16(4, true), view.getUint16(6, true)]).toEqual([0x1234, 443]);
		expect([view.getUint32(8, true), view.getUint32(12, true)]).toEqual([0x01000000, 0xff000000]);
		expect([...filter.subarray(16, 20)]).toEqual([192, 168, 1, 0]);
	});

	it.each([
		[{ uplink: "nobody" }, "there is no uplink 'nobody'"],
		[{ source: "host" }, "source must be an address or a network"],
		[{ source: "10.0.0.1", destination: "::1" }, "IPv4 and IPv6 cannot both be meant"],
		[{ family: "ipv5" }, "family must be ipv4 or ipv6"],
		[{ protocol: "300" }, "'300' is no protocol"],
		[{ source_port: 65_536 }, "source_port must be a port from 1 to 65535"],
		[{ destination_port: -1 }, "destination_port must be a port from 1 to 65535"],
		[{ destination_port: 0 }, "destination_port must be a port from 1 to 65535"],
	])("refuses %j", (args, message) => {
		expect(() => parseCriteria(args, marks)).toThrow(new SelectionError(message));
	});

	it("knows protocols by name and number, and an address as a network of one", () => {
		expect(parseCriteria({ protocol: "UDP" }, marks).protocol).toBe(17);
		expect(parseCriteria({ protocol: "132" }, marks).protocol).toBe(132);
		expect(parseCriteria({ source: "2001:db8::1" }, marks)).toMatchObject({
			family: 6,
			source: { prefixLength: 128 },
		});
	});
});

describe("which part of them", () => {
	it("is the fifty busiest unless it is said otherwise", () => {
		expect(parsePaging({})).toEqual({ order: "bytes", reverse: false, offset: 0, limit: 50 });
		expect(parsePaging({ sort: "age", reverse: true, offset: 7, limit: 3 })).toEqual({
			order: "age",
			reverse: true,
			offset: 7,
			limit: 3,
		});
	});

	it("is never more than an answer can hold", () => {
		expect(() => parsePaging({ limit: 1001 })).toThrow("limit must be a whole number up to 1000");
		expect(() => parsePaging({ sort: "colour" })).toThrow("sort must be one of bytes, packets, age");
	});
});

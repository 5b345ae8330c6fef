import { buildDnsQuery, parseDnsAnswer } from "polywan-runtime/dns-message";
import { describe, expect, it } from "vitest";

/** A query for www.example.org A as RFC 1035 section 4 has it, by hand. */
const question = [
	...[3, 0x77, 0x77, 0x77, 7, 0x65, 0x78, 0x61, 0x6d, 0x70, 0x6c, 0x65, 3, 0x6f, 0x72, 0x67, 0],
	...[0, 1, 0, 1],
];
const query = new Uint8Array([0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...question]);

function buildAnswer(flags: readonly number[], records: readonly (readonly number[])[]): Uint8Array {
	return new Uint8Array([
		...[0x12, 0x34, ...flags, 0, 1, 0, records.length, 0, 0, 0, 0],
		...question,
		...records.flat(),
	]);
}
const record = (type: number, data: readonly number[]) => [
	0xc0,
	12,
	0,
	type,
	0,
	1,
	0,
	0,
	0,
	9,
	0,
	data.length,
	...data,
];

describe("queries", () => {
	it("have the bytes of RFC 1035", () => {
		expect(buildDnsQuery(0x1234, "www.example.org", "inet")).toEqual(query);
		expect(buildDnsQuery(0x1234, "www.example.org.", "inet")).toEqual(query);
		expect(buildDnsQuery(1, "a", "inet6").slice(-4)).toEqual(new Uint8Array([0, 28, 0, 1]));
	});

	it.each(["", ".", "a..b", "x".repeat(64), Array(70).fill("abc").join(".")])("refuses '%s'", (name) => {
		expect(() => buildDnsQuery(1, name, "inet")).toThrow(RangeError);
	});
});

describe("answers", () => {
	it("give the addresses of the type that was asked for", () => {
		const answer = buildAnswer(
			[0x81, 0x80],
			[record(5, [1, 97, 0]), record(1, [192, 0, 2, 1]), record(1, [192, 0, 2, 2])],
		);
		expect(parseDnsAnswer(query, answer, "inet")).toEqual({
			responseCode: 0,
			addresses: ["192.0.2.1", "192.0.2.2"],
			ttlSeconds: 9,
		});
	});

	const ipv6: [groups: number[], text: string][] = [
		[[0x2001, 0xdb8, 0, 0, 0, 0, 0, 1], "2001:db8::1"],
		[[0x2001, 0xdb8, 0, 1, 0, 0, 0, 0], "2001:db8:0:1::"],
		[[0, 0, 0, 0, 0, 0, 0, 1], "::1"],
		[[0, 0, 0, 0, 0, 0, 0, 0], "::"],
		[[1, 0, 2, 0, 3, 0, 4, 0], "1:0:2:0:3:0:4:0"],
		[[1, 0, 0, 2, 0, 0, 3, 4], "1::2:0:0:3:4"],
	];
	it.each(ipv6)("renders %j as RFC 5952 wants it", (groups, text) => {
		const data = groups.flatMap((group) => [group >> 8, group & 255]);
		const wanted = buildDnsQuery(0x1234, "www.example.org", "inet6");
		const answer = buildAnswer([0x81, 0x80], [record(28, data)]);
		answer[30] = 28;
		expect(parseDnsAnswer(wanted, answer, "inet6")?.addresses).toEqual([text]);
	});

	it("carry a response code", () => {
		expect(parseDnsAnswer(query, buildAnswer([0x81, 0x83], []), "inet")).toEqual({
			responseCode: 3,
			addresses: [],
			ttlSeconds: null,
		});
	});

	it("count only for their own question", () => {
		const good = buildAnswer([0x81, 0x80], [record(1, [192, 0, 2, 1])]);
		const changed = (index: number, value: number) => parseDnsAnswer(query, good.with(index, value), "inet");
		expect(changed(0, 0x13)).toBeNull();
		expect(changed(2, 0x01)).toBeNull();
		expect(changed(14, 0x78)).toBeNull();
		expect(changed(14, 0x57)).not.toBeNull(); // W for w
	});

	it("that are damaged anywhere give no address that is not there, and no error", () => {
		const good = buildAnswer([0x81, 0x80], [record(1, [192, 0, 2, 1]), record(1, [192, 0, 2, 2])]);
		for (let size = 0; size < good.length; size++) {
			const found = parseDnsAnswer(query, good.slice(0, size), "inet");
			expect(["192.0.2.1", "192.0.2.2"]).toEqual(expect.arrayContaining([...(found?.addresses ?? [])]));
		}
		for (let index = 0; index < good.length; index++)
			for (const value of [0, 1, 0x3f, 0xc0, 0xff]) parseDnsAnswer(query, good.with(index, value), "inet");
	});
});

import { buildBindingRequest, parseBindingAnswer, parseStunServer } from "polywan-core/stun/message";
import { judgeNat, type NatFacts } from "polywan-core/stun/nat";
import { describe, expect, test } from "vitest";

/** The sample responses of RFC 5769, 2.2 and 2.3, without the attributes that come after XOR-MAPPED-ADDRESS. */
const TRANSACTION = Uint8Array.from(Buffer.from("b7e7a701bc34d686fa87dfae", "hex"));
const HEAD = "2112a442b7e7a701bc34d686fa87dfae";
const SOFTWARE = "8022000b7465737420766563746f7220";

describe("messages", () => {
	test("the samples of RFC 5769", () => {
		const answer = (text: string) =>
			parseBindingAnswer(TRANSACTION, Uint8Array.from(Buffer.from(text, "hex")));
		expect(answer(`0101001c${HEAD}${SOFTWARE}002000080001a147e112a643`)).toEqual({
			kind: "success",
			mapped: { address: "192.0.2.1", port: 32853 },
			other: null,
		});
		expect(
			answer(`01010028${HEAD}${SOFTWARE}002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9`),
		).toMatchObject({
			mapped: { address: "2001:db8:1234:5678:11:2233:4455:6677", port: 32853 },
		});
		expect(answer(`0111000c${HEAD}000900080000040142616421`)).toEqual({
			kind: "error",
			code: 401,
			reason: "Bad!",
		});
		expect(answer(`0101001c${HEAD.replace("b7", "b8")}${SOFTWARE}002000080001a147e112a643`)).toBeNull();
	});

	test("a request that asks for another address and port", () => {
		const request = buildBindingRequest(TRANSACTION, { address: true, port: true });
		expect(Buffer.from(request).toString("hex")).toBe(`00010008${HEAD}0003000400000006`);
		expect(buildBindingRequest(TRANSACTION, { address: false, port: false })).toHaveLength(20);
	});

	test.each([
		["stun.example.com:19302", { host: "stun.example.com", port: 19302 }],
		["192.0.2.1", { host: "192.0.2.1", port: 3478 }],
		["[2001:db8::1]:1", { host: "2001:db8::1", port: 1 }],
		["a:0", null],
		["a b", null],
		["[a]", null],
	])("server %s", (text, server) => expect(parseStunServer(text)).toEqual(server));
});

describe("NAT", () => {
	const mapped = { address: "198.51.100.1", port: 1000 };
	const other = { ...mapped, port: 2000 };
	const facts: NatFacts = {
		local: "100.64.7.7",
		mapped,
		mappedByAddress: mapped,
		mappedByPort: mapped,
		heardFromAddress: false,
		heardFromPort: false,
	};
	test.each([
		[{}, "carrier-grade NAT, port-restricted cone"],
		[{ heardFromPort: true }, "carrier-grade NAT, restricted cone"],
		[{ heardFromAddress: true }, "carrier-grade NAT, full cone"],
		[{ heardFromAddress: null }, "carrier-grade NAT, cone"],
		[{ mappedByAddress: other, mappedByPort: other }, "carrier-grade NAT, symmetric"],
		[{ mappedByAddress: null }, "carrier-grade NAT"],
		[{ local: "192.168.5.2" }, "NAT of another router, port-restricted cone"],
		[{ local: "198.51.100.1" }, "no NAT"],
	])("%j is %s", (changed, type) => expect(judgeNat({ ...facts, ...changed }).type).toBe(type));

	test("what the mapping depends on", () => {
		const mapping = (changed: Partial<NatFacts>) => judgeNat({ ...facts, ...changed }).mapping;
		expect(mapping({})).toBe("endpoint-independent");
		expect(mapping({ mappedByAddress: other, mappedByPort: other })).toBe("address-dependent");
		expect(mapping({ mappedByAddress: other, mappedByPort: { ...other, port: 3 } })).toBe(
			"address-and-port-dependent",
		);
	});
});

import { parseAttributes } from "polywan/netlink/message";
import { buildElement, parseElementFormat } from "polywan/netlink/nft-element";
import { describe, expect, test } from "vitest";

function format(...definition: string[]) {
	const found = parseElementFormat(definition);
	if (found === null) throw new Error("no format");
	return found;
}

/** NFTA_SET_ELEM_KEY 1, _DATA 2, _USERDATA 6, _KEY_END 10. */
function attributesOf(element: Uint8Array | null): ReadonlyMap<number, Uint8Array> {
	if (element === null) throw new Error("no element");
	return parseAttributes(element.subarray(4));
}

function dataOf(attribute: Uint8Array | undefined): readonly number[] {
	return [...(parseAttributes(attribute ?? new Uint8Array()).get(1) ?? [])];
}

describe("elements of sets and maps for the kernel", () => {
	test("a key of several parts with networks and ranges: first and last, each part padded", () => {
		const service = format(
			"type ipv4_addr . inet_proto . inet_service : verdict",
			"flags interval",
			"counter",
		);
		const text = '10.1.0.0/16 . 6 . 80-443 comment "rule:web"';
		const element = attributesOf(buildElement(service, text, "goto p1_4"));
		expect(dataOf(element.get(1))).toEqual([10, 1, 0, 0, 6, 0, 0, 0, 0, 80, 0, 0]);
		expect(dataOf(element.get(10))).toEqual([10, 1, 255, 255, 6, 0, 0, 0, 1, 187, 0, 0]);
		expect(String.fromCharCode(...(element.get(6) ?? []))).toBe("\0\x09rule:web\0");
		const verdict = parseAttributes(
			parseAttributes(element.get(2) ?? new Uint8Array()).get(2) ?? new Uint8Array(),
		);
		expect([...(verdict.get(1) ?? [])]).toEqual([255, 255, 255, 252]);
		expect(String.fromCharCode(...(verdict.get(2) ?? []))).toBe("p1_4\0");
		expect([...attributesOf(buildElement(service, text, "")).keys()]).toEqual([1, 10]);
	});

	test("names of devices, and keys of one part", () => {
		const devices = format("type nf_proto . ifname : verdict");
		const key = dataOf(attributesOf(buildElement(devices, 'ipv6 . "w1"', "jump c1")).get(1));
		expect(key).toEqual([10, 0, 0, 0, 119, 49, ...new Array<number>(14).fill(0)]);
		const ports = format("type inet_service : verdict", "counter");
		expect(dataOf(attributesOf(buildElement(ports, "443", "goto u1")).get(1))).toEqual([1, 187]);
	});

	test("what nft has to do is left to it", () => {
		expect(parseElementFormat(["type ipv4_addr : verdict", "flags interval"])).toBeNull();
		expect(parseElementFormat(["type ipv4_addr : mark", "size 65536", "flags dynamic,timeout"])).toBeNull();
		expect(parseElementFormat(["type ether_addr : verdict"])).toBeNull();
		const hosts = format("type ipv4_addr . inet_proto : verdict");
		for (const key of ["10.0.0.0/8 . 6", "10.0.0.1", "fd00::1 . 6", "10.0.0.1 . tcp"])
			expect(buildElement(hosts, key, "goto u1"), key).toBeNull();
		expect(buildElement(hosts, "10.0.0.1 . 6", "accept")).toBeNull();
	});
});

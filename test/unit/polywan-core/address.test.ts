import {
	networkContains,
	parseAddress,
	parseNetwork,
	renderAddress,
	renderNetwork,
} from "polywan-core/address";
import { describe, expect, test } from "vitest";

function canonical(text: string): string | null {
	const address = parseAddress(text);
	return address === null ? null : renderAddress(address);
}

describe("addresses (RFC 4291, RFC 5952)", () => {
	test.each([
		["192.0.2.1", "192.0.2.1"],
		["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
		["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
		["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
		["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
		["::", "::"],
		["::1", "::1"],
		["1::", "1::"],
		["::ffff:192.0.2.1", "::ffff:c000:201"],
		["fe80::1", "fe80::1"],
		["0.0.0.0", "0.0.0.0"],
		["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
		["1:2:3:4:5:6:7.8.9.10", "1:2:3:4:5:6:708:90a"],
		["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
	])("%s is %s", (text, expected) => expect(canonical(text)).toBe(expected));

	test.each([
		"",
		"1.2.3",
		"1.2.3.256",
		"01.2.3.4",
		"1.2.3.4.5",
		":",
		":::",
		"1::2::3",
		"1:2:3:4:5:6:7",
		"1:2:3:4:5:6:7:8:9",
		"12345::",
		"fe80::1%eth0",
		"::1.2.3",
		"g::",
		"1.2.3.4 ",
		"1.2.3.",
		".1.2.3",
		"1..2.3",
		"00.0.0.0",
		"a.b.c.d",
		"::1.2.3.4:5",
		"1.2.3.4::",
		"1:2:3:4:5:6:7::8:9",
		"1:2:3:4:5:6:7:8::",
		":1::",
		"1:2:3:4:5:6:7:",
	])("'%s' is none", (text) => expect(canonical(text)).toBeNull());
});

describe("networks", () => {
	test.each([
		["192.0.2.77/24", "192.0.2.0/24"],
		["10.0.0.1", "10.0.0.1/32"],
		["2001:db8:ff::1/33", "2001:db8::/33"],
		["::/0", "::/0"],
	])("%s is %s", (text, expected) => {
		const network = parseNetwork(text);
		expect(network && renderNetwork(network)).toBe(expected);
	});

	test.each(["10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/08", "/8"])(
		"'%s' is none",
		(text) => {
			expect(parseNetwork(text)).toBeNull();
		},
	);

	test("contain their addresses and no others", () => {
		const contains = (network: string, address: string) => {
			const parsed = [parseNetwork(network), parseAddress(address)] as const;
			return parsed[0] !== null && parsed[1] !== null && networkContains(parsed[0], parsed[1]);
		};
		expect(contains("100.64.0.0/10", "100.127.255.255")).toBe(true);
		expect(contains("100.64.0.0/10", "100.128.0.0")).toBe(false);
		expect(contains("0.0.0.0/0", "::1")).toBe(false);
		expect(contains("fe80::/10", "febf::1")).toBe(true);
	});
});

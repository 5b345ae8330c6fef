import { compareAddresses, networkContains, networksBetween, parseAddress } from "polywan-core/address";
import { renderProblem } from "polywan-core/config/problem";
import { describe, expect, test } from "vitest";
import { modelOf } from "../fixture.ts";

/** Model of two uplinks and rules with these options. */
function rulesOf(...rules: readonly string[]) {
	const sections = rules.map((options, index) => {
		const lines = options.split(";").map((option) => `\toption ${option.trim()}\n`);
		return `config rule 'r${index + 1}'\n${lines.join("")}\toption target wan\n`;
	});
	return modelOf(`config uplink 'wan'\nconfig uplink 'wanb'\n${sections.join("")}`);
}

function conditionsOf(options: string): unknown {
	const { rules, problems } = rulesOf(options);
	expect(problems).toEqual([]);
	return rules[0]?.match.conditions;
}

function problemOf(options: string): string {
	const { rules, problems } = rulesOf(options);
	expect(rules).toEqual([]);
	return problems.map(renderProblem).join("\n");
}

describe("order", () => {
	test("by priority, then as written", () => {
		const { rules } = rulesOf("proto tcp", "priority 10", "priority 2000", "priority 10", "proto udp");
		expect(rules.map(({ name }) => name)).toEqual(["r2", "r4", "r1", "r5", "r3"]);
	});
});

describe("exceptions", () => {
	test.each([
		["src_ip '!192.168.1.5'", [{ not: true, on: "source", networks: ["192.168.1.5/32"] }]],
		[
			"dest_ip '! 10.0.0.0/8 !fd00::/8'",
			[{ not: true, on: "destination", networks: ["10.0.0.0/8", "fd00::/8"] }],
		],
		["proto '!udp !17'", [{ not: true, on: "protocol", protocols: [17] }]],
		[
			"dest_port '!80,443'",
			[
				{
					not: true,
					on: "destinationPort",
					ports: [
						{ from: 80, to: 80 },
						{ from: 443, to: 443 },
					],
				},
			],
		],
		["dscp '!CS1'", [{ not: true, on: "dscp", codePoints: [8] }]],
		["user '!root'", [{ not: true, on: "user", names: ["root"] }]],
		["src_zone '!lan'", [{ not: true, on: "sourceZone", zones: ["lan"] }]],
		["domain '!*.Example.COM.'", [{ not: true, on: "domain", names: ["example.com"] }]],
	])("%s", (options, expected) => {
		expect(conditionsOf(options)).toEqual(expected);
	});

	test("ports mean tcp and udp, also where some are excluded", () => {
		expect(rulesOf("dest_port '!25'").rules[0]?.match.protocols).toEqual([6, 17]);
	});

	test("one that cannot be read leaves the rule out: without it, it would match more", () => {
		expect(problemOf("dest_ip '192.0.2.0/24 !192.0.2.300'")).toContain("r1.dest_ip '!192.0.2.300'");
	});
});

describe("conditions", () => {
	test.each([
		["icmp_type echo-request", [{ not: false, on: "icmpType", types: { 4: [8], 6: [128] } }]],
		["src_mac '00-1A-22-33-44-55'", [{ not: false, on: "sourceMac", addresses: ["00:1a:22:33:44:55"] }]],
		["mark '0x10/0xF0 32/240'", [{ not: false, on: "mark", values: [16, 32], mask: 240 }]],
		["dscp 'ef 0x08'", [{ not: false, on: "dscp", codePoints: [46, 8] }]],
	])("%s", (options, expected) => {
		expect(conditionsOf(options)).toEqual(expected);
	});

	test("a type that ICMPv6 does not have is for IPv4", () => {
		expect(rulesOf("icmp_type timestamp-request").rules[0]?.match.families).toEqual([4]);
	});

	test.each([
		["icmp_type echo-request; proto tcp", "goes with proto icmp alone"],
		["icmp_type echo-request; dest_port 80", "without ports"],
		["icmp_type packet-too-big; family ipv4", "can match nothing"],
		["mark 0x01000000/0x0f000000", "polywan's own"],
		["mark '0x1/0xf 0x1/0xff'", "one mask"],
		["mark 0x100/0xff", "must be a mark"],
		["src_mac 00:11:22:33:44", "hardware address"],
		["dscp 64", "number from 0 to 63"],
		["domain localhost", "domain name"],
		["schedule noon", "must be days, times or both"],
		["src_ip 192.0.2.9-192.0.2.1", "must be an IPv4 or IPv6 address, network or range"],
		["src_ip 192.0.2.9-2001:db8::1", "must be an IPv4 or IPv6 address, network or range"],
	])("%s is refused", (options, message) => {
		expect(problemOf(options)).toContain(message);
	});
});

describe("ranges of addresses", () => {
	test.each([
		["192.0.2.7", "192.0.2.9", ["192.0.2.7/32", "192.0.2.8/31"]],
		["0.0.0.0", "255.255.255.255", ["0.0.0.0/0"]],
		["10.0.0.0", "10.0.1.255", ["10.0.0.0/23"]],
		["2001:db8::ffff", "2001:db8::1:0", ["2001:db8::ffff/128", "2001:db8::1:0/128"]],
	])("%s to %s", (from, to, expected) => {
		expect(rulesOf(`src_ip ${from}-${to}`).rules[0]?.match.sources).toEqual(expected);
	});

	test("hold every address between their ends, and no other", () => {
		for (let seed = 1; seed < 400; seed++) {
			const a = (seed * 7919) % 65_536;
			const b = Math.min(65_535, a + ((seed * 104_729) % 3000));
			const address = (value: number) => parseAddress(`10.0.${value >> 8}.${value & 255}`);
			const [from, to] = [address(a), address(b)];
			if (from === null || to === null) throw new Error("no address");
			const networks = networksBetween(from, to);
			for (const value of [a, b, (a + b) >> 1, a - 1, b + 1]) {
				const inside = address(value);
				if (inside === null) continue;
				const isIn = networks.filter((network) => networkContains(network, inside)).length;
				expect(isIn).toBe(compareAddresses(from, inside) <= 0 && compareAddresses(inside, to) <= 0 ? 1 : 0);
			}
		}
	});
});

import { parseDump, parseInterface } from "polywan/link/netifd";
import { expect, test } from "vitest";

const DHCP = {
	interface: "wan",
	up: true,
	pending: false,
	available: true,
	autostart: true,
	dynamic: false,
	uptime: 61,
	l3_device: "eth1",
	proto: "dhcp",
	device: "eth1",
	metric: 0,
	dns_metric: 0,
	delegation: true,
	"ipv4-address": [{ address: "100.64.1.2", mask: 24 }],
	"ipv6-address": [],
	"ipv6-prefix": [],
	"ipv6-prefix-assignment": [],
	route: [
		{ target: "100.64.1.1", mask: 32, nexthop: "0.0.0.0", source: "100.64.1.2/32" },
		{ target: "0.0.0.0", mask: 0, nexthop: "100.64.1.1", source: "100.64.1.2/32" },
	],
	"dns-server": ["198.51.100.53", "nonsense"],
	"dns-search": [],
	neighbors: [],
	inactive: {
		"ipv4-address": [],
		"ipv6-address": [],
		route: [],
		"dns-server": [],
		"dns-search": [],
		neighbors: [],
	},
	data: {},
};

test("a DHCP interface", () => {
	expect(parseInterface(DHCP)).toEqual({
		name: "wan",
		up: true,
		proto: "dhcp",
		device: "eth1",
		addresses: { 4: [{ address: "100.64.1.2", prefixLength: 24 }], 6: [] },
		defaultRoutes: { 4: { gateway: "100.64.1.1" }, 6: null },
		prefixes: [],
		dnsServers: ["198.51.100.53"],
	});
});

test("DHCPv6 with a delegated prefix: link-local addresses are left out, text is canonical", () => {
	const parsed = parseInterface({
		interface: "wan6",
		up: true,
		l3_device: "eth1",
		proto: "dhcpv6",
		"ipv6-address": [
			{ address: "2001:DB8:1:0:0:0:0:2", mask: 64, preferred: 3600, valid: 7200 },
			{ address: "fe80::2", mask: 64 },
		],
		"ipv6-prefix": [
			{
				address: "2001:db8:100::",
				mask: 56,
				class: "wan6",
				assigned: { lan: { address: "2001:db8:100::", mask: 60 } },
			},
		],
		route: [
			{ target: "2001:db8:1::", mask: 64, nexthop: "::", metric: 256, valid: 7000, source: "::/0" },
			{ target: "::", mask: 0, nexthop: "fe80::1", metric: 512, valid: 1700, source: "2001:db8:100::/56" },
			{ target: "::", mask: 0, nexthop: "fe80::9", metric: 384, valid: 1700, source: "2001:db8:1::2/64" },
		],
		"dns-server": ["2001:db8:53::1"],
	});
	expect(parsed?.addresses[6]).toEqual([{ address: "2001:db8:1::2", prefixLength: 64 }]);
	expect(parsed?.prefixes).toEqual(["2001:db8:100::/56"]);
	expect(parsed?.defaultRoutes).toEqual({ 4: null, 6: { gateway: "fe80::9" } });
});

test("with defaultroute 0 the route is found among the inactive ones", () => {
	const [route] = [DHCP.route[1]];
	const parsed = parseInterface({
		...DHCP,
		route: [],
		inactive: { route: route === undefined ? [] : [route] },
	});
	expect(parsed?.defaultRoutes[4]).toEqual({ gateway: "100.64.1.1" });
});

test("a point-to-point default route has no gateway, an unreachable one is none", () => {
	const ppp = { target: "0.0.0.0", mask: 0, nexthop: "0.0.0.0", source: "0.0.0.0/0" };
	expect(parseInterface({ ...DHCP, route: [ppp] })?.defaultRoutes[4]).toEqual({ gateway: null });
	expect(parseInterface({ ...DHCP, route: [{ ...ppp, type: 7 }] })?.defaultRoutes[4]).toBeNull();
});

test("an interface that is down keeps its name and configured device", () => {
	const parsed = parseInterface({
		interface: "wanb",
		up: false,
		pending: true,
		proto: "dhcp",
		device: "eth2",
		data: {},
	});
	expect(parsed).toMatchObject({ name: "wanb", up: false, device: "eth2", addresses: { 4: [], 6: [] } });
});

test("a dump with entries nobody can use", () => {
	const dump = {
		interface: [
			DHCP,
			null,
			5,
			[],
			{ up: true },
			{ interface: "" },
			{ interface: "x", route: 7, "ipv4-address": [3, {}] },
		],
	};
	expect(parseDump(dump).map(({ name }) => name)).toEqual(["wan", "x"]);
	expect(parseDump({})).toEqual([]);
	expect(parseDump({ interface: "wan" })).toEqual([]);
});

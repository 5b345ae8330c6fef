import { buildInterfaceDevices, buildLinks } from "polywan/link/build-links";
import { DeviceTable } from "polywan/link/device-table";
import { type NetifdInterface, parseInterface } from "polywan/link/netifd";
import { RTM_DELADDR, RTM_DELLINK, RTM_NEWADDR, RTM_NEWLINK } from "polywan/link/rtnetlink";
import type { Uplink } from "polywan-core/config/model";
import { expect, test } from "vitest";
import { PROBING } from "../../polywan-core/health/simulation.ts";
import { addressMessage, FLAGS_NO_CARRIER, linkMessage } from "./kernel-messages.ts";

const WAN: Uplink = {
	name: "wan",
	enabled: true,
	interfaces: ["wan", "wan6", "wan_6"],
	tier: 1,
	weight: 1,
	families: [4, 6],
	ipv6Nat: "auto",
	endpoints: [],
	probing: PROBING,
	useDegraded: true,
	whenDegraded: "keep",
	quota: null,
	schedule: [],
	timeZone: null,
	asksPublicAddress: false,
	downloadBitsPerSecond: 0,
	uploadBitsPerSecond: 0,
	standby: null,
	revival: null,
};

const STATUS4 = {
	interface: "wan",
	up: true,
	l3_device: "eth1",
	"ipv4-address": [{ address: "100.64.1.2", mask: 24 }],
	route: [{ target: "0.0.0.0", mask: 0, nexthop: "100.64.1.1", source: "0.0.0.0/0" }],
	"dns-server": ["198.51.100.53"],
};

const STATUS6 = {
	interface: "wan6",
	up: true,
	l3_device: "eth1",
	"ipv6-address": [{ address: "2001:db8:1::2", mask: 64 }],
	"ipv6-prefix": [{ address: "2001:db8:100::", mask: 56 }],
	route: [{ target: "::", mask: 0, nexthop: "fe80::1", source: "::/0" }],
};

function interfacesOf(...entries: Parameters<typeof parseInterface>[0][]): Map<string, NetifdInterface> {
	return new Map(
		entries.flatMap((entry) => {
			const parsed = parseInterface(entry);
			return parsed === null ? [] : [[parsed.name, parsed]];
		}),
	);
}

function kernel(): DeviceTable {
	const table = new DeviceTable();
	table.take(RTM_NEWLINK, linkMessage(2, "br-lan"));
	table.take(RTM_NEWLINK, linkMessage(7, "eth1"));
	table.take(RTM_NEWADDR, addressMessage(7, "100.64.1.2", 24));
	table.take(RTM_NEWADDR, addressMessage(7, "2001:db8:1::2", 64));
	table.take(RTM_NEWADDR, addressMessage(7, "fe80::2", 64, 0, 253));
	return table;
}

test("one link per family, from the interface that carries it", () => {
	const links = buildLinks([WAN], interfacesOf(STATUS4, STATUS6), kernel());
	expect(links).toEqual([
		{
			uplink: "wan",
			family: 4,
			interface: "wan",
			device: "eth1",
			ifindex: 7,
			addresses: [{ address: "100.64.1.2", prefixLength: 24 }],
			prefixes: [],
			gateway: "100.64.1.1",
			dnsServers: ["198.51.100.53"],
			mtu: 1500,
			carrier: true,
		},
		{
			uplink: "wan",
			family: 6,
			interface: "wan6",
			device: "eth1",
			ifindex: 7,
			addresses: [{ address: "2001:db8:1::2", prefixLength: 64 }],
			prefixes: ["2001:db8:100::/56"],
			gateway: "fe80::1",
			dnsServers: [],
			mtu: 1500,
			carrier: true,
		},
	]);
});

test("several global addresses of an interface are one link's", () => {
	const table = kernel();
	table.take(RTM_NEWADDR, addressMessage(7, "2001:db8:1::77", 64));
	const addresses = [
		{ address: "2001:db8:1::2", mask: 64 },
		{ address: "2001:db8:1::77", mask: 64 },
	];
	const links = buildLinks([WAN], interfacesOf(STATUS4, { ...STATUS6, "ipv6-address": addresses }), table);
	expect(links.map(({ family }) => family)).toEqual([4, 6]);
	expect(links[1]?.addresses.map(({ address }) => address)).toEqual(["2001:db8:1::2", "2001:db8:1::77"]);
});

test("the kernel's carrier counts before netifd has noticed", () => {
	const table = kernel();
	expect(table.take(RTM_NEWLINK, linkMessage(7, "eth1", FLAGS_NO_CARRIER))).toBe(true);
	const links = buildLinks([WAN], interfacesOf(STATUS4, STATUS6), table);
	expect(links.map(({ carrier }) => carrier)).toEqual([false, false]);
});

test("no link without address, without route, without device, or while netifd calls it down", () => {
	const table = kernel();
	const ipv4Only: Uplink = { ...WAN, families: [4] };
	const linksOf = (...entries: Parameters<typeof interfacesOf>) =>
		buildLinks([ipv4Only], interfacesOf(...entries), table);
	expect(linksOf({ ...STATUS4, up: false })).toEqual([]);
	expect(linksOf({ ...STATUS4, route: [] })).toEqual([]);
	expect(linksOf({ ...STATUS4, "ipv4-address": [{ address: "100.64.1.9", mask: 24 }] })).toEqual([]);
	expect(linksOf({ ...STATUS4, l3_device: "eth9" })).toEqual([]);
	expect(table.take(RTM_DELADDR, addressMessage(7, "100.64.1.2", 24))).toBe(true);
	expect(linksOf(STATUS4)).toEqual([]);
	table.take(RTM_NEWADDR, addressMessage(7, "100.64.1.2", 24));
	expect(linksOf(STATUS4).length).toBe(1);
	expect(table.take(RTM_DELLINK, linkMessage(7, "eth1"))).toBe(true);
	expect(linksOf(STATUS4)).toEqual([]);
});

test("an address in duplicate detection is waited for", () => {
	const table = kernel();
	table.take(RTM_NEWADDR, addressMessage(7, "2001:db8:1::2", 64, 0x40));
	expect(buildLinks([WAN], interfacesOf(STATUS6), table)).toEqual([]);
	expect(table.take(RTM_NEWADDR, addressMessage(7, "2001:db8:1::2", 64))).toBe(true);
	expect(buildLinks([WAN], interfacesOf(STATUS6), table).length).toBe(1);
	expect(table.take(RTM_NEWADDR, addressMessage(7, "2001:db8:1::2", 64))).toBe(false);
});

test("a tunnel without a default route of its own is a link", () => {
	const table = new DeviceTable();
	table.take(RTM_NEWLINK, linkMessage(4, "wg0", 0x100d1));
	table.take(RTM_NEWLINK, linkMessage(4, "wg0", 0x110d1));
	table.take(RTM_NEWADDR, addressMessage(4, "10.9.0.2", 32));
	const tunnel = {
		interface: "wan",
		up: true,
		l3_device: "wg0",
		"ipv4-address": [{ address: "10.9.0.2", mask: 32 }],
	};
	expect(buildLinks([WAN], interfacesOf(tunnel), table)).toMatchObject([{ device: "wg0", gateway: null }]);
});

test("where only a prefix is delegated, the router's addresses out of it count", () => {
	const table = kernel();
	table.take(RTM_NEWADDR, addressMessage(2, "2001:db8:100::1", 60));
	table.take(RTM_NEWADDR, addressMessage(2, "2001:db8:999::1", 60));
	table.take(RTM_DELADDR, addressMessage(7, "2001:db8:1::2", 64));
	const links = buildLinks([WAN], interfacesOf({ ...STATUS6, "ipv6-address": [] }), table);
	expect(links).toMatchObject([{ family: 6, addresses: [{ address: "2001:db8:100::1", prefixLength: 60 }] }]);
});

test("devices of all interfaces, for rules that name one", () => {
	const interfaces = interfacesOf(
		STATUS4,
		{ interface: "lan", up: false, device: "br-lan" },
		{ interface: "vpn", up: false },
	);
	expect([...buildInterfaceDevices(interfaces)]).toEqual([
		["wan", "eth1"],
		["lan", "br-lan"],
	]);
});

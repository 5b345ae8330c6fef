import { readFileSync } from "node:fs";
import type { UciPackage, UciSection } from "uci-parser/config";
import { parsePackage } from "uci-parser/parse";

/** `config interface` of /etc/config/network. */
export interface InterfaceConfig {
	name: string;
	proto: string;
	/** null: none configured. */
	device: string | null;
	/** The one that has the addresses: `device`, or what a protocol makes. */
	l3Device: string | null;
	auto: boolean;
	/** Up without carrier; as in netifd the default of proto static. */
	forceLink: boolean;
	defaultRoute: boolean;
	/** IPv6 routes for packets from its own addresses only, as odhcp6c installs them. */
	sourceFilter: boolean;
	metric: number;
	peerDns: boolean;
	dns: string[];
	dnsMetric: number;
	/** With prefix length. */
	addresses: string[];
	gateway: string | null;
	gateway6: string | null;
}

/** `config device` of type bridge. */
export interface BridgeConfig {
	name: string;
	ports: string[];
}

export interface NetworkConfig {
	interfaces: InterfaceConfig[];
	bridges: BridgeConfig[];
}

export function readNetworkConfig(path = "/etc/config/network"): NetworkConfig {
	return parseNetworkConfig(parsePackage("network", readFileSync(path, "utf8"), { strict: false }));
}

export function parseNetworkConfig(pkg: UciPackage): NetworkConfig {
	const ofType = (type: string) => pkg.sections.filter((section) => section.type === type);
	return {
		interfaces: ofType("interface").map(parseInterface),
		bridges: ofType("device")
			.filter((section) => text(section, "type") === "bridge")
			.map((section) => ({ name: text(section, "name") ?? "", ports: list(section, "ports") })),
	};
}

function parseInterface(section: UciSection): InterfaceConfig {
	const proto = text(section, "proto") ?? "none";
	const mask = prefixLength(text(section, "netmask") ?? "255.255.255.255");
	const withMask = (address: string) => (address.includes("/") ? address : `${address}/${mask}`);
	const with128 = (address: string) => (address.includes("/") ? address : `${address}/128`);
	const device = text(section, "device") ?? text(section, "ifname") ?? null;
	// The device of a tunnel has the name of its interface; the lab makes it.
	const made = proto === "wireguard" ? section.name : null;
	return {
		name: section.name,
		proto,
		device: made ?? device,
		l3Device: proto === "pppoe" ? `pppoe-${section.name}` : (made ?? device),
		auto: flag(section, "auto", true),
		forceLink: flag(section, "force_link", proto === "static"),
		defaultRoute: flag(section, "defaultroute", true),
		sourceFilter: flag(section, "sourcefilter", true),
		metric: Number(text(section, "metric") ?? 0),
		peerDns: flag(section, "peerdns", true),
		dns: list(section, "dns"),
		dnsMetric: Number(text(section, "dns_metric") ?? 0),
		addresses: [
			...[...list(section, "ipaddr"), ...list(section, "addresses")].map(withMask),
			...list(section, "ip6addr").map(with128),
		],
		gateway: text(section, "gateway") ?? null,
		gateway6: text(section, "ip6gw") ?? null,
	};
}

function text(section: UciSection, option: string): string | undefined {
	const value = section.options.get(option);
	return typeof value === "string" ? value : value?.join(" ");
}

function list(section: UciSection, option: string): string[] {
	const value = section.options.get(option);
	if (value === undefined) return [];
	return typeof value === "string" ? value.split(/\s+/).filter(Boolean) : [...value];
}

function flag(section: UciSection, option: string, fallback: boolean): boolean {
	const value = text(section, option);
	return value === undefined ? fallback : ["1", "on", "true", "yes", "enabled"].includes(value);
}

function prefixLength(netmask: string): number {
	const bits = netmask.split(".").map((byte) => Number(byte).toString(2).padStart(8, "0"));
	return bits.join("").lastIndexOf("1") + 1;
}

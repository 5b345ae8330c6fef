import { readFileSync } from "node:fs";
import type { UciSection } from "uci-parser/config";
import { parsePackage } from "uci-parser/parse";

export type Verdict = "accept" | "reject" | "drop";

export interface Zone {
	name: string;
	/** Of its networks, from /etc/config/network, and those listed by name. */
	devices: string[];
	input: Verdict;
	output: Verdict;
	forward: Verdict;
	masq: boolean;
	masq6: boolean;
	mtuFix: boolean;
}

export interface Rule {
	name: string;
	/** Zone, "*" or null (the router itself). */
	src: string | null;
	dest: string | null;
	family: "ipv4" | "ipv6" | null;
	protocols: string[];
	srcIp: string[];
	destIp: string[];
	srcPort: string | null;
	destPort: string | null;
	icmpTypes: string[];
	target: Verdict;
}

export interface Redirect {
	name: string;
	src: string;
	protocols: string[];
	srcDport: string | null;
	destIp: string;
	destPort: string | null;
}

export interface Firewall {
	input: Verdict;
	output: Verdict;
	forward: Verdict;
	dropInvalid: boolean;
	zones: Zone[];
	/** Zone to zone. */
	forwardings: { src: string; dest: string }[];
	rules: Rule[];
	redirects: Redirect[];
}

export function readFirewall(directory = "/etc/config"): Firewall {
	const sections = (name: string) =>
		parsePackage(name, readFileSync(`${directory}/${name}`, "utf8"), { strict: false }).sections;
	return parseFirewall(sections("firewall"), parseDevices(sections("network")));
}

/** netifd interface → device */
function parseDevices(sections: readonly UciSection[]): Map<string, string> {
	const devices = new Map<string, string>();
	for (const section of sections) {
		const device = word(section, "device") ?? word(section, "ifname");
		const proto = word(section, "proto") ?? "";
		if (section.type !== "interface") continue;
		if (/^(ppp|l2tp|3g)/.test(proto)) devices.set(section.name, `${proto}-${section.name}`);
		else if (proto === "wireguard") devices.set(section.name, section.name);
		else if (device) devices.set(section.name, device);
	}
	return devices;
}

export function parseFirewall(
	sections: readonly UciSection[],
	devices: ReadonlyMap<string, string>,
): Firewall {
	const ofType = (type: string) =>
		sections.filter((section) => section.type === type && flag(section, "enabled", true));
	const defaults = ofType("defaults")[0];
	return {
		input: verdict(defaults, "input", "accept"),
		output: verdict(defaults, "output", "accept"),
		forward: verdict(defaults, "forward", "reject"),
		dropInvalid: defaults !== undefined && flag(defaults, "drop_invalid", false),
		zones: ofType("zone").map((section) => parseZone(section, devices)),
		forwardings: ofType("forwarding").map((section) => ({
			src: word(section, "src") ?? "",
			dest: word(section, "dest") ?? "",
		})),
		rules: ofType("rule").map(parseRule),
		redirects: ofType("redirect").map(parseRedirect),
	};
}

function parseZone(section: UciSection, devices: ReadonlyMap<string, string>): Zone {
	const networks = words(section, "network").map((name) => devices.get(name) ?? null);
	const all = [...networks.filter((device) => device !== null), ...words(section, "device")];
	return {
		name: word(section, "name") ?? section.name,
		devices: [...new Set(all)],
		input: verdict(section, "input", "reject"),
		output: verdict(section, "output", "accept"),
		forward: verdict(section, "forward", "reject"),
		masq: flag(section, "masq", false),
		masq6: flag(section, "masq6", false),
		mtuFix: flag(section, "mtu_fix", false),
	};
}

function parseRule(section: UciSection): Rule {
	const family = word(section, "family");
	return {
		name: word(section, "name") ?? section.name,
		src: word(section, "src") ?? null,
		dest: word(section, "dest") ?? null,
		family: family === "ipv4" || family === "ipv6" ? family : null,
		protocols: protocols(section),
		srcIp: words(section, "src_ip"),
		destIp: words(section, "dest_ip"),
		srcPort: word(section, "src_port") ?? null,
		destPort: word(section, "dest_port") ?? null,
		icmpTypes: words(section, "icmp_type"),
		target: verdict(section, "target", "drop"),
	};
}

function parseRedirect(section: UciSection): Redirect {
	return {
		name: word(section, "name") ?? section.name,
		src: word(section, "src") ?? "wan",
		protocols: protocols(section),
		srcDport: word(section, "src_dport") ?? null,
		destIp: word(section, "dest_ip") ?? "",
		destPort: word(section, "dest_port") ?? null,
	};
}

/** As in fw4, TCP and UDP when none is named. */
function protocols(section: UciSection): string[] {
	const named = words(section, "proto").flatMap((proto) => (proto === "tcpudp" ? ["tcp", "udp"] : [proto]));
	return named.length > 0 ? named : ["tcp", "udp"];
}

function word(section: UciSection, option: string): string | undefined {
	const value = section.options.get(option);
	return typeof value === "string" ? value : value?.join(" ");
}

function words(section: UciSection, option: string): string[] {
	return (word(section, option) ?? "").split(/\s+/).filter(Boolean);
}

function flag(section: UciSection, option: string, fallback: boolean): boolean {
	const value = word(section, option);
	return value === undefined ? fallback : value === "1" || value === "on" || value === "true";
}

function verdict(section: UciSection | undefined, option: string, fallback: Verdict): Verdict {
	const value = section ? word(section, option)?.toLowerCase() : undefined;
	return value === "accept" || value === "reject" || value === "drop" ? value : fallback;
}

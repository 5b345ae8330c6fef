import { parseAddress, parseNetwork, renderAddress, renderNetwork } from "../address.ts";
import { parseProbeTarget } from "../health/probe-target.ts";
import { parseTimeZone } from "../schedule/time-zone.ts";
import { parseWindow } from "../schedule/window.ts";
import type { PortRange } from "./port-range.ts";
import {
	DSCP_NAMES,
	ICMP_TYPE_NAMES,
	parseAddresses,
	parseDomain,
	parseDscp,
	parseIcmpType,
	parseMac,
	parseMark,
} from "./rule-value.ts";

/**
 * What an option's text may be. Each kind knows how to say what it allows, so that problems, `polywan help options` and
 * forms cannot disagree.
 */
export type Datatype =
	| { readonly kind: "boolean" }
	| { readonly kind: "choice"; readonly choices: readonly string[] }
	| { readonly kind: "integer"; readonly min: number; readonly max: number }
	| { readonly kind: "percent" }
	/** Value in ms. `500ms`, `3s`, `2m`; a plain number is seconds, in every option. */
	| { readonly kind: "duration"; readonly minMs: number; readonly maxMs: number }
	/** Value in bit/s. `20M`, `1.5G`, `500k`; a plain number is bit/s. */
	| { readonly kind: "bitrate" }
	| { readonly kind: "mask" }
	| { readonly kind: "address" }
	/** As schedule/window reads it. */
	| { readonly kind: "window" }
	| { readonly kind: "timeZone" }
	/** Value in bytes. `500M`, `1.5T`: powers of 1000, as providers count. */
	| { readonly kind: "bytes" }
	/** What a probe asks, see health/probe-target. */
	| { readonly kind: "probeTarget" }
	| { readonly kind: "network" }
	/** A network, or a range of addresses as "from-to". */
	| { readonly kind: "addresses" }
	| { readonly kind: "mac" }
	| { readonly kind: "domain" }
	| { readonly kind: "dscp" }
	/** Of others: "value/mask". */
	| { readonly kind: "mark" }
	| { readonly kind: "icmpType" }
	| { readonly kind: "ports" }
	| { readonly kind: "protocol" }
	/** Name of a netifd interface, policy, uplink or target: checked where the other sections are known. */
	| { readonly kind: "name"; readonly of: string }
	/** One line of any characters; `of` says what it is. */
	| { readonly kind: "text"; readonly of: string };

export type DatatypeValue = string | number | boolean | readonly PortRange[];

const TRUE = ["1", "yes", "on", "true", "enabled"];
const FALSE = ["0", "no", "off", "false", "disabled"];

/** Names of IP protocols with a transport header or common in rules; the numbers are IANA's "Protocol Numbers". */
export const PROTOCOLS: ReadonlyMap<string, number> = new Map([
	["icmp", 1],
	["igmp", 2],
	["tcp", 6],
	["udp", 17],
	["dccp", 33],
	["gre", 47],
	["esp", 50],
	["ah", 51],
	["icmpv6", 58],
	["ipv6-icmp", 58],
	["sctp", 132],
	["udplite", 136],
]);

/** Protocols whose header begins with two 16-bit ports. */
export const PORT_PROTOCOLS: readonly number[] = [6, 17, 33, 132, 136];

/** The value in the model's units, or null when the text is not allowed. */
export function parseValue(type: Datatype, text: string): DatatypeValue | null {
	switch (type.kind) {
		case "boolean":
			return TRUE.includes(text) ? true : FALSE.includes(text) ? false : null;
		case "choice":
			return type.choices.includes(text) ? text : null;
		case "integer":
			return inRange(parseInteger(text), type.min, type.max);
		case "percent":
			return inRange(parseDecimal(text.endsWith("%") ? text.slice(0, -1) : text), 0, 100);
		case "duration":
			return inRange(parseDuration(text), type.minMs, type.maxMs);
		case "bitrate":
			return parseBitrate(text);
		case "mask":
			return parseMask(text);
		case "address":
			return parseCanonicalAddress(text);
		case "window":
			return parseWindow(text) === null ? null : text;
		case "timeZone":
			return parseTimeZone(text) === null ? null : text;
		case "bytes":
			return parseBytes(text);
		case "probeTarget":
			return parseProbeTarget(text) === null ? null : text;
		case "network": {
			const network = parseNetwork(text);
			return network === null ? null : renderNetwork(network);
		}
		case "addresses":
			return parseAddresses(text);
		case "mac":
			return parseMac(text);
		case "domain":
			return parseDomain(text);
		case "dscp":
			return parseDscp(text);
		case "mark":
			return parseMark(text);
		case "icmpType":
			return parseIcmpType(text);
		case "ports":
			return parsePorts(text);
		case "protocol":
			return PROTOCOLS.get(text.toLowerCase()) ?? inRange(parseInteger(text), 1, 255);
		case "name":
			return /^[A-Za-z0-9_.@-]+$/.test(text) ? text : null;
		case "text":
			return /\p{Cc}/u.test(text) ? null : text;
	}
}

/** "a whole number from 1 to 1000": completes "must be …". */
export function describeDatatype(type: Datatype): string {
	switch (type.kind) {
		case "boolean":
			return "0 or 1";
		case "choice":
			return `one of ${type.choices.join(", ")}`;
		case "integer":
			return `a whole number from ${type.min} to ${type.max}`;
		case "percent":
			return "a percentage from 0 to 100";
		case "duration":
			return `a duration from ${renderDuration(type.minMs)} to ${renderDuration(type.maxMs)}, such as 500ms, 3s, 2m or 6h (a plain number is seconds)`;
		case "bitrate":
			return "a rate in bit/s of at least 8k, such as 500k, 20M or 1.5G, or 0 for unknown";
		case "mask":
			return "4 to 16 adjacent bits of a 32-bit mark, such as 0xff000000";
		case "address":
			return "an IPv4 or IPv6 address";
		case "window":
			return "days, times or both, such as mon-fri@08:00-18:00, sat,sun or 22:00-06:00";
		case "timeZone":
			return "a POSIX time zone such as CET-1CEST,M3.5.0,M10.5.0/3, as option timezone in /etc/config/system";
		case "bytes":
			return "a number of bytes such as 500M, 100G or 1.5T";
		case "probeTarget":
			return "an address, gateway, or a URI such as tcp://192.0.2.1:80, dns://192.0.2.1/example.com, http://192.0.2.1/, script:/path or plugin:name";
		case "network":
			return "an IPv4 or IPv6 address or network, such as 192.0.2.0/24";
		case "addresses":
			return "an IPv4 or IPv6 address, network or range, such as 192.0.2.0/24 or 192.0.2.10-192.0.2.20";
		case "domain":
			return "a domain name, such as example.com";
		case "mac":
			return "a hardware address, such as 00:11:22:33:44:55";
		case "dscp":
			return `a number from 0 to 63, or one of ${[...DSCP_NAMES.keys()].join(", ")}`;
		case "mark":
			return "a mark with or without a mask, such as 0x10/0xff";
		case "icmpType":
			return `a number from 0 to 255, or one of ${ICMP_TYPE_NAMES.join(", ")}`;
		case "ports":
			return "ports from 1 to 65535, such as 443 or 1024-2048 or 80,443";
		case "protocol":
			return `all, a protocol number from 1 to 255, or one of ${[...PROTOCOLS.keys()].join(", ")}`;
		case "name":
			return `the name of ${type.of}`;
		case "text":
			return `${type.of}, without control characters`;
	}
}

const DURATION_UNITS: Readonly<Record<string, number>> = {
	ms: 1,
	s: 1000,
	m: 60_000,
	h: 3_600_000,
	d: 86_400_000,
};

/** "500ms", "3s", "2m": the shortest that says it exactly. */
export function renderDuration(ms: number): string {
	const found = Object.entries(DURATION_UNITS).findLast(([, unitMs]) => ms > 0 && ms % unitMs === 0);
	const [unit, unitMs] = found ?? ["ms", 1];
	return `${ms / unitMs}${unit}`;
}

function inRange(value: number | null, min: number, max: number): number | null {
	return value !== null && value >= min && value <= max ? value : null;
}

function parseInteger(text: string): number | null {
	if (/^-?[0-9]{1,15}$/.test(text)) return Number(text);
	return /^0[xX][0-9a-fA-F]{1,8}$/.test(text) ? Number.parseInt(text, 16) : null;
}

function parseDecimal(text: string): number | null {
	return /^[0-9]{1,12}(\.[0-9]{1,6})?$/.test(text) ? Number(text) : null;
}

function parseDuration(text: string): number | null {
	const match = /^([0-9.]+) ?(ms|s|m|h|d)?$/.exec(text);
	const value = parseDecimal(match?.[1] ?? "");
	if (match === null || value === null) return null;
	return Math.round(value * (DURATION_UNITS[match[2] ?? "s"] ?? 1000));
}

function parseBitrate(text: string): number | null {
	const match = /^([0-9.]+) ?([kKmMgG])?$/.exec(text);
	const value = parseDecimal(match?.[1] ?? "");
	if (match === null || value === null) return null;
	const factor = { k: 1e3, m: 1e6, g: 1e9 }[(match[2] ?? "").toLowerCase()] ?? 1;
	const rate = Math.round(value * factor);
	return rate === 0 || (rate >= 8000 && rate <= 1e12) ? rate : null;
}

function parseBytes(text: string): number | null {
	const match = /^([0-9.]+) ?([kKmMgGtT])?[bB]?$/.exec(text);
	const value = parseDecimal(match?.[1] ?? "");
	if (match === null || value === null) return null;
	const factor = { k: 1e3, m: 1e6, g: 1e9, t: 1e12 }[(match[2] ?? "").toLowerCase()] ?? 1;
	const bytes = Math.round(value * factor);
	return bytes <= Number.MAX_SAFE_INTEGER ? bytes : null;
}

function parseMask(text: string): number | null {
	const value = parseInteger(text);
	if (value === null || value < 0xf || value > 0xffffffff) return null;
	const bits = value.toString(2).replace(/0+$/, "");
	return /^1{4,16}$/.test(bits) ? value : null;
}

function parseCanonicalAddress(text: string): string | null {
	const address = parseAddress(text);
	return address === null ? null : renderAddress(address);
}

export function parsePorts(text: string): readonly PortRange[] | null {
	const ranges: PortRange[] = [];
	for (const part of text.split(",")) {
		const match = /^([0-9]{1,5})(?:[-:]([0-9]{1,5}))?$/.exec(part);
		if (match === null) return null;
		const from = Number(match[1]);
		const to = match[2] === undefined ? from : Number(match[2]);
		if (from < 1 || to > 65535 || from > to) return null;
		ranges.push({ from, to });
	}
	return ranges;
}

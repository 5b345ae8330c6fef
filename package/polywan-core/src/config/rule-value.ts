import { compareAddresses, parseAddress, parseNetwork, renderAddress, renderNetwork } from "../address.ts";
import type { PerFamily } from "../family.ts";

/** Code points by name: class selectors (RFC 2474), assured and expedited forwarding (RFC 2597, 3246), voice admit (RFC 5865), lower effort (RFC 8622). */
export const DSCP_NAMES: ReadonlyMap<string, number> = new Map([
	...Array.from({ length: 8 }, (_, n): [string, number] => [`CS${n}`, n * 8]),
	...[1, 2, 3, 4].flatMap((n) =>
		[1, 2, 3].map((drop): [string, number] => [`AF${n}${drop}`, n * 8 + drop * 2]),
	),
	["EF", 46],
	["VA", 44],
	["BE", 0],
	["LE", 1],
]);

/** Messages that open a connection of their own or carry an error: type of ICMP and of ICMPv6 (IANA), null where there is none. */
const ICMP_TYPES: ReadonlyMap<string, PerFamily<number | null>> = new Map([
	["echo-reply", { 4: 0, 6: 129 }],
	["destination-unreachable", { 4: 3, 6: 1 }],
	["redirect", { 4: 5, 6: 137 }],
	["echo-request", { 4: 8, 6: 128 }],
	["router-advertisement", { 4: 9, 6: 134 }],
	["router-solicitation", { 4: 10, 6: 133 }],
	["time-exceeded", { 4: 11, 6: 3 }],
	["parameter-problem", { 4: 12, 6: 4 }],
	["timestamp-request", { 4: 13, 6: null }],
	["timestamp-reply", { 4: 14, 6: null }],
	["packet-too-big", { 4: null, 6: 2 }],
	["neighbour-solicitation", { 4: null, 6: 135 }],
	["neighbour-advertisement", { 4: null, 6: 136 }],
]);

export const ICMP_TYPE_NAMES: readonly string[] = [...ICMP_TYPES.keys()];

/** Lower case, with colons; null when it is no 48-bit hardware address. */
export function parseMac(text: string): string | null {
	return /^[0-9a-fA-F]{2}([:-][0-9a-fA-F]{2}){5}$/.test(text)
		? text.replaceAll("-", ":").toLowerCase()
		: null;
}

/** 0–63, or null. */
export function parseDscp(text: string): number | null {
	const named = DSCP_NAMES.get(text.toUpperCase());
	if (named !== undefined) return named;
	const value = /^(0[xX][0-9a-fA-F]{1,2}|[0-9]{1,2})$/.test(text) ? Number(text) : 64;
	return value < 64 ? value : null;
}

/** "0x10/0xff" in lower case; without a mask all bits count. Null when the value is outside its mask. */
export function parseMark(text: string): string | null {
	const [, first = "", second = "0xffffffff"] =
		/^(0[xX][0-9a-fA-F]{1,8}|[0-9]{1,10})(?:\/(0[xX][0-9a-fA-F]{1,8}|[0-9]{1,10}))?$/.exec(text) ?? [];
	const [value, mask] = [Number(first), Number(second)];
	if (first === "" || mask < 1 || mask > 0xffffffff || value > mask || (value & ~mask) >>> 0 !== 0)
		return null;
	return `0x${value.toString(16)}/0x${mask.toString(16)}`;
}

/** The name or number as written, or null when it is none. */
export function parseIcmpType(text: string): string | null {
	const name = text.toLowerCase().replace("neighbor", "neighbour");
	if (ICMP_TYPES.has(name)) return name;
	return /^[0-9]{1,3}$/.test(text) && Number(text) < 256 ? String(Number(text)) : null;
}

/** Numbers in each family; a number stands for itself in both. */
export function icmpTypeNumbers(type: string): PerFamily<number | null> {
	return ICMP_TYPES.get(type) ?? { 4: Number(type), 6: Number(type) };
}

/** A network in canonical text, or a range as "from-to"; null when it is neither. */
export function parseAddresses(text: string): string | null {
	const [first = "", last, ...more] = text.split("-");
	if (last === undefined) {
		const network = parseNetwork(first);
		return network === null ? null : renderNetwork(network);
	}
	const [from, to] = [parseAddress(first), parseAddress(last)];
	if (more.length > 0 || from === null || to === null || from.family !== to.family) return null;
	return compareAddresses(from, to) > 0 ? null : `${renderAddress(from)}-${renderAddress(to)}`;
}

/** A name of at least two labels in lower case, without a star or dot before it; null when DNS cannot hold it (RFC 1035, 2.3.4). */
export function parseDomain(text: string): string | null {
	const name = text
		.toLowerCase()
		.replace(/^\*?\./, "")
		.replace(/\.$/, "");
	const labels = name.split(".");
	const isName =
		labels.length >= 2 && labels.every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label));
	return isName && name.length <= 253 && !/^[0-9.]+$/.test(name) ? name : null;
}

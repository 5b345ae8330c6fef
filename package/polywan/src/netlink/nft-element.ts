import { networkEnds, parseAddress } from "polywan-core/address";
import { buildAttribute, buildNested, host32 } from "./message.ts";

// Elements of sets and maps as text, made what the kernel takes: include/uapi/linux/netfilter/nf_tables.h.

const NFTA_LIST_ELEM = 1;
const NFTA_SET_ELEM_KEY = 1;
const NFTA_SET_ELEM_DATA = 2;
const NFTA_SET_ELEM_USERDATA = 6;
const NFTA_SET_ELEM_KEY_END = 10;
const NFTA_DATA_VALUE = 1;
const NFTA_DATA_VERDICT = 2;
const NFTA_VERDICT_CODE = 1;
const NFTA_VERDICT_CHAIN = 2;
/** NFT_JUMP and NFT_GOTO in network byte order. */
const VERDICTS: Readonly<Record<string, Uint8Array>> = {
	jump: Uint8Array.of(0xff, 0xff, 0xff, 0xfd),
	goto: Uint8Array.of(0xff, 0xff, 0xff, 0xfc),
};
/** NFPROTO_IPV4, NFPROTO_IPV6 */
const PROTOCOL_FAMILIES: Readonly<Record<string, number>> = { ipv4: 2, ipv6: 10 };
const IFNAME_BYTES = 16;

type Bounds = readonly [first: Uint8Array, last: Uint8Array];

/** What the text of one part of a key stands for, by its type; null where it is nothing of the kind. */
const PARTS: Readonly<Record<string, (text: string) => Bounds | null>> = {
	ipv4_addr: (text) => addressBounds(text, 4),
	ipv6_addr: (text) => addressBounds(text, 6),
	inet_proto: (text) => numberBounds(text, (value) => Uint8Array.of(value)),
	inet_service: (text) => numberBounds(text, (value) => Uint8Array.of(value >> 8, value)),
	mark: (text) => numberBounds(text, host32),
	nf_proto: (text) => numberBounds(String(PROTOCOL_FAMILIES[text]), (value) => Uint8Array.of(value)),
	ifname: nameBounds,
};

/** A set's definition, as far as its elements depend on it. */
export interface ElementFormat {
	readonly types: readonly string[];
	/** A key stands for all values between two. */
	readonly isInterval: boolean;
}

/** Null where elements are more than their keys and a verdict: intervals of one part are cut to pieces by nft. */
export function parseElementFormat(definition: readonly string[]): ElementFormat | null {
	const [, isNumber, keys = ""] = /^type(of numgen)? (.*?)(?: : verdict)?$/.exec(definition[0] ?? "") ?? [];
	const types = isNumber === undefined ? keys.split(" . ") : ["mark"];
	const flags = definition.find((statement) => statement.startsWith("flags ")) ?? "flags ";
	const isInterval = flags === "flags interval";
	if ((!isInterval && flags !== "flags ") || (isInterval && types.length === 1)) return null;
	return types.every((type) => type in PARTS) ? { types, isInterval } : null;
}

/** `10.0.0.0/8 . 80-90 comment "rule:web"` with `goto p1_4`, or with "" where it is removed; null: it cannot be said here. */
export function buildElement(format: ElementFormat, text: string, value: string): Uint8Array | null {
	const [, keys = "", comment] = /^(.*?)(?: comment "([^"]*)")?$/.exec(text) ?? [];
	const parts = keys.split(" . ");
	if (parts.length !== format.types.length) return null;
	const bounds = parts.map((part, index) => PARTS[format.types[index] ?? ""]?.(part) ?? null);
	const known = bounds.filter((each) => each !== null);
	if (known.length < bounds.length) return null;
	const attributes = [keyAttribute(NFTA_SET_ELEM_KEY, known, 0)];
	if (format.isInterval) attributes.push(keyAttribute(NFTA_SET_ELEM_KEY_END, known, 1));
	else if (known.some(([first, last]) => first.join() !== last.join())) return null;
	if (value !== "") {
		const verdict = buildVerdict(value);
		if (verdict === null) return null;
		attributes.push(verdict);
		if (comment !== undefined) attributes.push(buildAttribute(NFTA_SET_ELEM_USERDATA, commentData(comment)));
	}
	return buildNested(NFTA_LIST_ELEM, attributes);
}

/** Parts of a key of several lie at multiples of four bytes. */
function keyAttribute(type: number, parts: readonly Bounds[], end: 0 | 1): Uint8Array {
	const bytes = parts.flatMap((part) => {
		const value = [...part[end]];
		while (parts.length > 1 && value.length % 4 !== 0) value.push(0);
		return value;
	});
	return buildNested(type, [buildAttribute(NFTA_DATA_VALUE, Uint8Array.from(bytes))]);
}

function buildVerdict(text: string): Uint8Array | null {
	const [word = "", chain = ""] = text.split(" ");
	const code = VERDICTS[word];
	if (code === undefined || chain === "") return null;
	const verdict = buildNested(NFTA_DATA_VERDICT, [
		buildAttribute(NFTA_VERDICT_CODE, code),
		buildAttribute(NFTA_VERDICT_CHAIN, new TextEncoder().encode(`${chain}\0`)),
	]);
	return buildNested(NFTA_SET_ELEM_DATA, [verdict]);
}

/** NFTNL_UDATA_SET_ELEM_COMMENT of libnftnl, which is 0, with its length. */
function commentData(comment: string): Uint8Array {
	const bytes = new TextEncoder().encode(`${comment}\0`);
	return Uint8Array.of(0, bytes.length, ...bytes);
}

function addressBounds(text: string, family: 4 | 6): Bounds | null {
	const ends = text.includes("/") ? networkEnds(text) : null;
	const single = text.includes("/") ? null : parseAddress(text);
	const [first, last] = ends ?? [single, single];
	if (first === null || last === null || first.family !== family) return null;
	return [Uint8Array.from(first.bytes), Uint8Array.from(last.bytes)];
}

function numberBounds(text: string, build: (value: number) => Uint8Array): Bounds | null {
	const [from = "", to = from] = text.split("-");
	const [first, last] = [Number(from), Number(to)];
	return from === "" || Number.isNaN(first) || Number.isNaN(last) ? null : [build(first), build(last)];
}

function nameBounds(text: string): Bounds | null {
	const [, name = ""] = /^"([^"]{1,15})"$/.exec(text) ?? [];
	if (name === "") return null;
	const bytes = new Uint8Array(IFNAME_BYTES);
	bytes.set(new TextEncoder().encode(name));
	return [bytes, bytes];
}

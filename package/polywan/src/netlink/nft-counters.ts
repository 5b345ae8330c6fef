import { listNow } from "./conversation.ts";
import { NETLINK_NETFILTER } from "./kernel-socket.ts";
import { buildAttribute, concatenate, parseAttributeList, parseAttributes } from "./message.ts";

// include/uapi/linux/netfilter/nf_tables.h

const NFPROTO_INET = 1;
const NFT_MSG_GETRULE = (10 << 8) | 7;
export const NFT_MSG_GETSETELEM = (10 << 8) | 13;
const NFTA_RULE_TABLE = 1;
const NFTA_RULE_CHAIN = 2;
const NFTA_RULE_EXPRESSIONS = 4;
const NFTA_RULE_USERDATA = 7;
const NFTA_EXPR_NAME = 1;
const NFTA_EXPR_DATA = 2;
const NFTA_COUNTER_BYTES = 1;
const NFTA_COUNTER_PACKETS = 2;
const NFTA_SET_ELEM_LIST_TABLE = 1;
const NFTA_SET_ELEM_LIST_SET = 2;
const NFTA_SET_ELEM_LIST_ELEMENTS = 3;
const NFTA_SET_ELEM_USERDATA = 6;
const NFTA_SET_ELEM_EXPR = 7;
const NFTA_SET_ELEM_EXPRESSIONS = 11;
/** libnftnl: NFTNL_UDATA_RULE_COMMENT and NFTNL_UDATA_SET_ELEM_COMMENT, the first of their types. */
const COMMENT = 0;

/** What passed a rule or an element of a map. */
export interface CommentedCounter {
	readonly comment: string;
	readonly packets: number;
	readonly bytes: number;
}

/** Counters of the rules of a chain that have a comment. Throws SystemError or NetlinkError. */
export function readChainCounters(table: string, chain: string): readonly CommentedCounter[] {
	const request = buildRequest([buildName(NFTA_RULE_TABLE, table), buildName(NFTA_RULE_CHAIN, chain)]);
	return listNow(NETLINK_NETFILTER, NFT_MSG_GETRULE, request, `list rules of chain ${chain}`, (payload) => {
		const rule = parseAttributes(payload.subarray(4));
		const expressions = parseAttributeList(rule.get(NFTA_RULE_EXPRESSIONS));
		return parseCounters(rule.get(NFTA_RULE_USERDATA), expressions);
	}).flat();
}

/** Counters of the elements of a map that have a comment. Throws SystemError or NetlinkError. */
export function readMapCounters(table: string, map: string): readonly CommentedCounter[] {
	const request = buildElementsRequest(table, map);
	return listNow(NETLINK_NETFILTER, NFT_MSG_GETSETELEM, request, `list map ${map}`, (payload) =>
		parseElements(payload).flatMap((element) =>
			parseCounters(element.get(NFTA_SET_ELEM_USERDATA), expressionsOf(element)),
		),
	).flat();
}

/** Payload of NFT_MSG_GETSETELEM. */
export function buildElementsRequest(table: string, set: string): Uint8Array {
	return buildRequest([buildName(NFTA_SET_ELEM_LIST_TABLE, table), buildName(NFTA_SET_ELEM_LIST_SET, set)]);
}

/** The attributes of each element in an answer to it. */
export function parseElements(payload: Uint8Array): readonly ReadonlyMap<number, Uint8Array>[] {
	const list = parseAttributes(payload.subarray(4)).get(NFTA_SET_ELEM_LIST_ELEMENTS);
	return parseAttributeList(list).map(parseAttributes);
}

/** What an element counted; null where it has no counter. */
export function parseElementBytes(element: ReadonlyMap<number, Uint8Array>): number | null {
	for (const expression of expressionsOf(element)) {
		const { name, data } = parseExpression(expression);
		if (name === "counter" && data !== undefined)
			return readNumber(parseAttributes(data).get(NFTA_COUNTER_BYTES));
	}
	return null;
}

function expressionsOf(element: ReadonlyMap<number, Uint8Array>): readonly Uint8Array[] {
	const single = element.get(NFTA_SET_ELEM_EXPR);
	return single === undefined ? parseAttributeList(element.get(NFTA_SET_ELEM_EXPRESSIONS)) : [single];
}

function buildRequest(attributes: readonly Uint8Array[]): Uint8Array {
	return concatenate([Uint8Array.of(NFPROTO_INET, 0, 0, 0), ...attributes]);
}

function buildName(type: number, name: string): Uint8Array {
	return buildAttribute(type, new TextEncoder().encode(`${name}\0`));
}

function parseCounters(
	userdata: Uint8Array | undefined,
	expressions: readonly Uint8Array[],
): readonly CommentedCounter[] {
	const comment = parseComment(userdata);
	if (comment === null) return [];
	return expressions.flatMap((expression) => {
		const { name, data } = parseExpression(expression);
		if (name !== "counter" || data === undefined) return [];
		const counter = parseAttributes(data);
		const packets = readNumber(counter.get(NFTA_COUNTER_PACKETS));
		return [{ comment, packets, bytes: readNumber(counter.get(NFTA_COUNTER_BYTES)) }];
	});
}

function parseExpression(bytes: Uint8Array): { name: string; data: Uint8Array | undefined } {
	const attributes = parseAttributes(bytes);
	return {
		name: decodeText(attributes.get(NFTA_EXPR_NAME) ?? new Uint8Array()),
		data: attributes.get(NFTA_EXPR_DATA),
	};
}

/** User data is a row of type, length, value, of one byte each but the value. */
function parseComment(userdata: Uint8Array | undefined): string | null {
	if (userdata === undefined) return null;
	for (let at = 0; at + 2 <= userdata.length; at += 2 + (userdata[at + 1] ?? 0)) {
		if (userdata[at] !== COMMENT) continue;
		return decodeText(userdata.subarray(at + 2, at + 2 + (userdata[at + 1] ?? 0)));
	}
	return null;
}

function decodeText(bytes: Uint8Array): string {
	return new TextDecoder().decode(bytes).replace(/\0.*$/s, "");
}

/** A 64-bit number in network byte order; counters stay below 2^53. */
function readNumber(bytes: Uint8Array | undefined): number {
	let value = 0;
	for (const byte of bytes ?? []) value = value * 256 + byte;
	return value;
}

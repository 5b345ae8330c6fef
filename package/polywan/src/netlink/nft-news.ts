import { parseAttributes } from "./message.ts";

// include/uapi/linux/netfilter/nf_tables.h

const NFNL_SUBSYS_NFTABLES = 10;
export const NFT_MSG_GETTABLE = (NFNL_SUBSYS_NFTABLES << 8) | 1;
const NFT_MSG_DELTABLE = (NFNL_SUBSYS_NFTABLES << 8) | 2;
const NFT_MSG_DELCHAIN = (NFNL_SUBSYS_NFTABLES << 8) | 5;
const NFT_MSG_NEWRULE = (NFNL_SUBSYS_NFTABLES << 8) | 6;
const NFT_MSG_DELRULE = (NFNL_SUBSYS_NFTABLES << 8) | 8;
const NFT_MSG_NEWGEN = (NFNL_SUBSYS_NFTABLES << 8) | 15;
/** struct nfgenmsg */
export const HEADER_BYTES = 4;
/** NFTA_TABLE_NAME, NFTA_CHAIN_TABLE, NFTA_RULE_TABLE, NFTA_SET_TABLE, NFTA_SET_ELEM_LIST_TABLE: all are 1. */
const NFTA_TABLE = 1;
const NFTA_RULE_CHAIN = 2;
/** NFTA_SET_NAME and NFTA_SET_ELEM_LIST_SET are both 2. */
const NFTA_SET = 2;
const FAMILIES: readonly (string | undefined)[] = [
	undefined,
	"inet",
	"ip",
	undefined,
	undefined,
	"netdev",
	undefined,
	"bridge",
	undefined,
	undefined,
	"ip6",
];

/** NFNLGRP_NFTABLES as a bit of a socket's groups. */
export const NFTABLES_GROUP = 1 << (7 - 1);

/** What a message of the group NFTABLES is about: an object of a table, or the end of a transaction. */
export type NftNews =
	| {
			readonly kind: "object";
			readonly table: string | null;
			/** A table, chain or rule went away. */
			readonly removed: boolean;
			/** Of a rule that was added or went away. */
			readonly chain: string | null;
			/** A set that was added or went away, or whose elements changed. */
			readonly set: string | null;
	  }
	| { readonly kind: "committed" };

/** Null when the message is not one of nf_tables. */
export function parseNftNews(type: number, payload: Uint8Array): NftNews | null {
	if (type >> 8 !== NFNL_SUBSYS_NFTABLES) return null;
	if (type === NFT_MSG_NEWGEN) return { kind: "committed" };
	return {
		kind: "object",
		table: parseTableOf(payload),
		removed: REMOVALS.includes(type),
		set: SETS.includes(type) ? parseName(payload, NFTA_SET) : null,
		chain: type === NFT_MSG_NEWRULE || type === NFT_MSG_DELRULE ? parseName(payload, NFTA_RULE_CHAIN) : null,
	};
}

/** NEWSET, DELSET, NEWSETELEM, DELSETELEM */
const SETS: readonly number[] = [9, 11, 12, 14].map((message) => (NFNL_SUBSYS_NFTABLES << 8) | message);

const REMOVALS: readonly number[] = [NFT_MSG_DELTABLE, NFT_MSG_DELCHAIN, NFT_MSG_DELRULE];

/** The table that an object is of, as "inet fw4". */
export function parseTableOf(payload: Uint8Array): string | null {
	const family = FAMILIES[payload[0] ?? 0];
	const name = parseName(payload, NFTA_TABLE);
	return family === undefined || name === null ? null : `${family} ${name}`;
}

function parseName(payload: Uint8Array, attribute: number): string | null {
	const name = parseAttributes(payload.subarray(HEADER_BYTES)).get(attribute);
	return name === undefined ? null : new TextDecoder().decode(name).replace(/\0.*$/s, "");
}

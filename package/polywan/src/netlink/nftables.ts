import { HEADER_BYTES, NFT_MSG_GETTABLE, parseTableOf } from "./nft-news.ts";
import { dump, NETLINK_NETFILTER } from "./request.ts";

/** Tables there are, as "inet fw4". Rejects with NetlinkError where the kernel has no nf_tables. */
export async function readNftTables(): Promise<readonly string[]> {
	const tables: string[] = [];
	await dump(
		NETLINK_NETFILTER,
		NFT_MSG_GETTABLE,
		new Uint8Array(HEADER_BYTES),
		"list nftables tables",
		(payload) => {
			const table = parseTableOf(payload);
			if (table !== null) tables.push(table);
		},
	);
	return tables;
}

import { HEADER_BYTES, NFT_MSG_GETTABLE, parseTableOf } from "./nft-news.ts";
import { Conversation, NETLINK_NETFILTER } from "./request.ts";

/** Tables there are, as "inet fw4". Throws NetlinkError where the kernel has no nf_tables. */
export function readNftTables(): readonly string[] {
	const tables: string[] = [];
	const conversation = new Conversation(NETLINK_NETFILTER);
	try {
		conversation.dump(NFT_MSG_GETTABLE, new Uint8Array(HEADER_BYTES), "list nftables tables", (payload) => {
			const table = parseTableOf(payload);
			if (table !== null) tables.push(table);
		});
	} finally {
		conversation.close();
	}
	return tables;
}

import { listNow } from "./conversation.ts";
import { NETLINK_NETFILTER } from "./kernel-socket.ts";
import { HEADER_BYTES, NFT_MSG_GETTABLE, parseTableOf } from "./nft-news.ts";

/** Tables there are, as "inet fw4". Throws NetlinkError where the kernel has no nf_tables. */
export function readNftTables(): readonly string[] {
	const request = new Uint8Array(HEADER_BYTES);
	return listNow(NETLINK_NETFILTER, NFT_MSG_GETTABLE, request, "list nftables tables", parseTableOf);
}

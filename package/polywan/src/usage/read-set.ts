import { dumpNow } from "../netlink/dump-now.ts";
import { parseAttributes } from "../netlink/message.ts";
import {
	buildElementsRequest,
	NFT_MSG_GETSETELEM,
	parseElementBytes,
	parseElements,
} from "../netlink/nft-counters.ts";
import { NETLINK_NETFILTER } from "../netlink/request.ts";

/** NFTA_SET_ELEM_KEY and NFTA_DATA_VALUE of linux/netfilter/nf_tables.h. */
const ELEMENT_KEY = 1;
const DATA_VALUE = 1;

/** The key of every element of a set that packets fill, and the bytes it counted. Throws SystemError or NetlinkError. */
export function readSet(
	table: string,
	set: string,
	onElement: (key: Uint8Array, bytes: number) => void,
): void {
	const request = buildElementsRequest(table, set);
	dumpNow(NETLINK_NETFILTER, NFT_MSG_GETSETELEM, request, `list set ${set}`, (payload) => {
		for (const element of parseElements(payload)) {
			const key = parseAttributes(element.get(ELEMENT_KEY) ?? new Uint8Array()).get(DATA_VALUE);
			const bytes = parseElementBytes(element);
			if (key !== undefined && bytes !== null) onElement(key, bytes);
		}
	});
}

import { listNow } from "../netlink/conversation.ts";
import { NETLINK_NETFILTER } from "../netlink/kernel-socket.ts";
import { parseAttributes } from "../netlink/message.ts";
import {
	buildElementsRequest,
	NFT_MSG_GETSETELEM,
	parseElementBytes,
	parseElements,
} from "../netlink/nft-counters.ts";

/** NFTA_SET_ELEM_KEY and NFTA_DATA_VALUE of linux/netfilter/nf_tables.h. */
const ELEMENT_KEY = 1;
const DATA_VALUE = 1;

/** An element of a set that packets fill, and the bytes it counted. */
export interface CountedElement {
	readonly key: Uint8Array;
	readonly bytes: number;
}

/** Every element of such a set. Throws SystemError or NetlinkError. */
export function readSet(table: string, set: string): readonly CountedElement[] {
	const request = buildElementsRequest(table, set);
	return listNow(NETLINK_NETFILTER, NFT_MSG_GETSETELEM, request, `list set ${set}`, (payload) =>
		parseElements(payload).flatMap(readElement),
	).flat();
}

function readElement(element: ReadonlyMap<number, Uint8Array>): readonly CountedElement[] {
	const key = parseAttributes(element.get(ELEMENT_KEY) ?? new Uint8Array()).get(DATA_VALUE);
	const bytes = parseElementBytes(element);
	return key === undefined || bytes === null ? [] : [{ key: key.slice(), bytes }];
}

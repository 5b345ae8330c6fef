import type { Family } from "polywan-core/family";
import { FAMILIES } from "polywan-core/family";
import type { TcpTuple } from "polywan-core/render/resets";
import { readAddress } from "../netlink/address.ts";
import {
	bigEndian32,
	buildAttribute,
	concatenate,
	parseAttributes,
	readBigEndian32,
} from "../netlink/message.ts";

// Connection tracking over netlink: include/uapi/linux/netfilter/nfnetlink_conntrack.h. Numbers in attributes are in
// network byte order.

const NFNL_SUBSYS_CTNETLINK = 1;
/** IPCTNL_MSG_CT_GET */
export const CT_GET = (NFNL_SUBSYS_CTNETLINK << 8) | 1;
/** IPCTNL_MSG_CT_DELETE: without a tuple it deletes whatever the filter matches. */
export const CT_DELETE = (NFNL_SUBSYS_CTNETLINK << 8) | 2;

const AF_INET = 2;
const AF_INET6 = 10;
const CTA_TUPLE_ORIG = 1;
const CTA_STATUS = 3;
const CTA_PROTOINFO = 4;
const CTA_MARK = 8;
const CTA_MARK_MASK = 21;
const CTA_STATUS_MASK = 26;
const CTA_TUPLE_IP = 1;
const CTA_TUPLE_PROTO = 2;
const CTA_IP_SOURCE = { 4: 1, 6: 3 } as const;
const CTA_IP_DESTINATION = { 4: 2, 6: 4 } as const;
const CTA_PROTO_NUM = 1;
const CTA_PROTO_SRC_PORT = 2;
const CTA_PROTO_DST_PORT = 3;
const CTA_PROTOINFO_TCP = 1;
const CTA_PROTOINFO_TCP_STATE = 1;
const IPPROTO_TCP = 6;
const TCP_CONNTRACK_ESTABLISHED = 3;
const IPS_ASSURED = 1 << 2;
/** Of such an entry the kernel gives no state: only established ones are offloaded (linux/netfilter/nf_conntrack_common.h). */
export const IPS_OFFLOAD = 1 << 14;

/** Bits of a mark inside a mask, both unsigned 32-bit. */
export interface MarkFilter {
	readonly mark: number;
	readonly mask: number;
}

/** Payload of CT_GET as a dump: the assured entries of `family` with that mark. Older kernels ignore the status and give them all. */
export function buildDumpRequest(family: Family, filter: MarkFilter): Uint8Array {
	return concatenate([
		familyHeader(family),
		...markAttributes(filter),
		buildAttribute(CTA_STATUS, bigEndian32(IPS_ASSURED)),
		buildAttribute(CTA_STATUS_MASK, bigEndian32(IPS_ASSURED)),
	]);
}

/** Payload of CT_DELETE: every entry of `family` with that mark. */
export function buildDeleteRequest(family: Family, filter: MarkFilter): Uint8Array {
	return concatenate([familyHeader(family), ...markAttributes(filter)]);
}

/** The connection in one message of a dump; null unless it is TCP, established, and has that mark. */
export function parseEstablished(payload: Uint8Array, filter: MarkFilter): TcpTuple | null {
	const family = FAMILIES.find((candidate) => addressFamily(candidate) === payload[0]);
	if (family === undefined) return null;
	const entry = parseAttributes(payload.subarray(4));
	const mark = readBigEndian32(entry.get(CTA_MARK)) ?? 0;
	if (((mark ^ filter.mark) & filter.mask) !== 0) return null;
	const tcp = nested(nested(entry, CTA_PROTOINFO), CTA_PROTOINFO_TCP);
	const isOffloaded = ((readBigEndian32(entry.get(CTA_STATUS)) ?? 0) & IPS_OFFLOAD) !== 0;
	if (!isOffloaded && tcp.get(CTA_PROTOINFO_TCP_STATE)?.[0] !== TCP_CONNTRACK_ESTABLISHED) return null;
	return parseTuple(family, nested(entry, CTA_TUPLE_ORIG));
}

function parseTuple(family: Family, tuple: Map<number, Uint8Array>): TcpTuple | null {
	const addresses = nested(tuple, CTA_TUPLE_IP);
	const protocol = nested(tuple, CTA_TUPLE_PROTO);
	const source = readAddress(addresses.get(CTA_IP_SOURCE[family]) ?? nothing);
	const destination = readAddress(addresses.get(CTA_IP_DESTINATION[family]) ?? nothing);
	const sourcePort = readPort(protocol.get(CTA_PROTO_SRC_PORT));
	const destinationPort = readPort(protocol.get(CTA_PROTO_DST_PORT));
	if (protocol.get(CTA_PROTO_NUM)?.[0] !== IPPROTO_TCP) return null;
	if (source === null || destination === null || sourcePort === null || destinationPort === null) return null;
	return { family, source, destination, sourcePort, destinationPort };
}

const nothing = new Uint8Array(0);

function nested(attributes: Map<number, Uint8Array>, type: number): Map<number, Uint8Array> {
	return parseAttributes(attributes.get(type) ?? nothing);
}

function readPort(data: Uint8Array | undefined): number | null {
	const [high, low] = data ?? nothing;
	return high === undefined || low === undefined ? null : (high << 8) | low;
}

/** struct nfgenmsg. Version 1 makes a delete respect the family (kernel ≥ 4.20), version 0 would take both. */
function familyHeader(family: Family): Uint8Array {
	return Uint8Array.of(addressFamily(family), 1, 0, 0);
}

function addressFamily(family: Family): number {
	return family === 4 ? AF_INET : AF_INET6;
}

function markAttributes({ mark, mask }: MarkFilter): Uint8Array[] {
	return [buildAttribute(CTA_MARK, bigEndian32(mark)), buildAttribute(CTA_MARK_MASK, bigEndian32(mask))];
}

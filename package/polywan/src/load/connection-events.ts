import { hostIsLittleEndian } from "../netlink/message.ts";

// Events of connection tracking: include/uapi/linux/netfilter/nfnetlink_conntrack.h and nfnetlink_compat.h.

/** NFNLGRP_CONNTRACK_NEW 1 and NFNLGRP_CONNTRACK_DESTROY 3 as bits of a socket's groups. */
export const NEW_AND_DESTROY = (1 << 0) | (1 << 2);

/** NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW, and … IPCTNL_MSG_CT_DELETE. */
const CT_NEW = 0x100;
const CT_DELETE = 0x102;
/** struct nlmsghdr and struct nfgenmsg. */
const HEADERS_BYTES = 20;
const CTA_MARK = 8;
const TYPE_MASK = 0x3fff;

/** One connection came or went over the uplink of that mark. */
export interface ConnectionEvent {
	readonly change: 1 | -1;
	/** Unsigned 32-bit, all bits of it. */
	readonly mark: number;
}

/**
 * Classic BPF that lets through what bears a mark of ours, so that other connections do not even wake us: SKF_AD_NLATTR looks
 * for an attribute (Documentation/networking/filter.rst).
 */
export function buildMarkFilter(mask: number): readonly [number, number, number, number][] {
	return [
		[0x00, 0, 0, HEADERS_BYTES],
		[0x01, 0, 0, CTA_MARK],
		[0x20, 0, 0, 0xfffff00c],
		[0x15, 4, 0, 0],
		[0x07, 0, 0, 0],
		[0x40, 0, 0, 4],
		[0x54, 0, 0, mask],
		[0x15, 1, 0, 0],
		[0x06, 0, 0, 0xffffffff],
		[0x06, 0, 0, 0],
	];
}

/** One message of those groups; null when it is another or has no mark. Looks for nothing else: there may be thousands a second. */
export function parseConnectionEvent(view: DataView, bytes: number): ConnectionEvent | null {
	if (bytes < HEADERS_BYTES) return null;
	const type = view.getUint16(4, hostIsLittleEndian);
	if (type !== CT_NEW && type !== CT_DELETE) return null;
	for (let at = HEADERS_BYTES; at + 8 <= bytes; ) {
		const length = view.getUint16(at, hostIsLittleEndian);
		if (length < 4) return null;
		if ((view.getUint16(at + 2, hostIsLittleEndian) & TYPE_MASK) === CTA_MARK)
			return { change: type === CT_NEW ? 1 : -1, mark: view.getUint32(at + 4) };
		at += (length + 3) & ~3;
	}
	return null;
}

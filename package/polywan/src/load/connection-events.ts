import { hostIsLittleEndian } from "../netlink/message.ts";

// Events of connection tracking: include/uapi/linux/netfilter/nfnetlink_conntrack.h and nfnetlink_compat.h.

/** NFNLGRP_CONNTRACK_NEW 1, NFNLGRP_CONNTRACK_UPDATE 2 and NFNLGRP_CONNTRACK_DESTROY 3 as bits of a socket's groups. */
export const CONNTRACK_GROUPS = (1 << 0) | (1 << 1) | (1 << 2);

/** NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW (also of updates), and … IPCTNL_MSG_CT_DELETE. */
const CT_NEW = 0x100;
const CT_DELETE = 0x102;
/** Of what is new, and not of updates. */
const NLM_F_CREATE = 0x400;
/** struct nlmsghdr and struct nfgenmsg. */
const HEADERS_BYTES = 20;
const CTA_PROTOINFO = 4;
const CTA_MARK = 8;
/** CTA_PROTOINFO_TCP and CTA_PROTOINFO_TCP_STATE. */
const FIRST_NESTED = 1;
const TYPE_MASK = 0x3fff;
/** TCP_CONNTRACK_TIME_WAIT; after it comes only TCP_CONNTRACK_CLOSE. Both are over, and remembered for up to two minutes. */
const TIME_WAIT = 7;
/** SKF_AD_OFF + SKF_AD_NLATTR and … SKF_AD_NLATTR_NEST: Documentation/networking/filter.rst. */
const NLATTR = 0xfffff00c;
const NLATTR_NEST = 0xfffff010;

/** One connection came, or ended, over the uplink of that mark. */
export interface ConnectionEvent {
	readonly change: 1 | -1;
	/** Unsigned 32-bit, all bits of it. */
	readonly mark: number;
}

/**
 * Classic BPF that lets through what bears a mark of ours and came, ended or is forgotten: other connections, and the
 * steps of a TCP connection on its way, do not even wake us.
 */
export function buildEventFilter(mask: number): readonly [number, number, number, number][] {
	const typeLow = hostIsLittleEndian ? 4 : 5;
	const flagsHigh = hostIsLittleEndian ? 7 : 6;
	return [
		[0x30, 0, 0, typeLow],
		[0x15, 14, 0, CT_DELETE & 0xff],
		[0x30, 0, 0, flagsHigh],
		[0x45, 24, 0, NLM_F_CREATE >> 8],
		// An update: only into a TCP state that is the end.
		[0x00, 0, 0, HEADERS_BYTES],
		[0x01, 0, 0, CTA_PROTOINFO],
		[0x20, 0, 0, NLATTR],
		[0x15, 29, 0, 0],
		[0x01, 0, 0, FIRST_NESTED],
		[0x20, 0, 0, NLATTR_NEST],
		[0x15, 26, 0, 0],
		[0x20, 0, 0, NLATTR_NEST],
		[0x15, 24, 0, 0],
		[0x07, 0, 0, 0],
		[0x50, 0, 0, 4],
		[0x35, 12, 21, TIME_WAIT],
		// One that is forgotten: not if it was told before that it ended.
		[0x00, 0, 0, HEADERS_BYTES],
		[0x01, 0, 0, CTA_PROTOINFO],
		[0x20, 0, 0, NLATTR],
		[0x15, 8, 0, 0],
		[0x01, 0, 0, FIRST_NESTED],
		[0x20, 0, 0, NLATTR_NEST],
		[0x15, 5, 0, 0],
		[0x20, 0, 0, NLATTR_NEST],
		[0x15, 3, 0, 0],
		[0x07, 0, 0, 0],
		[0x50, 0, 0, 4],
		[0x35, 9, 0, TIME_WAIT],
		// A mark inside the mask.
		[0x00, 0, 0, HEADERS_BYTES],
		[0x01, 0, 0, CTA_MARK],
		[0x20, 0, 0, NLATTR],
		[0x15, 5, 0, 0],
		[0x07, 0, 0, 0],
		[0x40, 0, 0, 4],
		[0x54, 0, 0, mask],
		[0x15, 1, 0, 0],
		[0x06, 0, 0, 0xffffffff],
		[0x06, 0, 0, 0],
	];
}

/**
 * One message of those groups; null when it changes no count: a TCP connection that ended is not counted when it is
 * forgotten. Looks for nothing else: there may be thousands a second.
 */
export function parseConnectionEvent(view: DataView, bytes: number): ConnectionEvent | null {
	if (bytes < HEADERS_BYTES) return null;
	const type = view.getUint16(4, hostIsLittleEndian);
	if (type !== CT_NEW && type !== CT_DELETE) return null;
	const isNew = type === CT_NEW && (view.getUint16(6, hostIsLittleEndian) & NLM_F_CREATE) !== 0;
	let mark = 0;
	let state = 0;
	for (let at = HEADERS_BYTES; at + 8 <= bytes; ) {
		const head = view.getUint32(at, hostIsLittleEndian);
		const length = hostIsLittleEndian ? head & 0xffff : head >>> 16;
		const attribute = (hostIsLittleEndian ? head >>> 16 : head) & TYPE_MASK;
		if (length < 4) return null;
		if (attribute === CTA_MARK) {
			mark = view.getUint32(at + 4);
			if (isNew) break;
		} else if (attribute === CTA_PROTOINFO && !isNew)
			state = readTcpState(view, at + 4, Math.min(at + length, bytes));
		at += (length + 3) & ~3;
	}
	if (isNew) return { change: 1, mark };
	const ended = state >= TIME_WAIT;
	return ended === (type === CT_NEW) ? { change: -1, mark } : null;
}

/** The state is the first attribute of the first one; 0 where there is none. */
function readTcpState(view: DataView, at: number, end: number): number {
	if (at + 9 > end) return 0;
	const outer = view.getUint16(at + 2, hostIsLittleEndian) & TYPE_MASK;
	const inner = view.getUint16(at + 6, hostIsLittleEndian) & TYPE_MASK;
	return outer === FIRST_NESTED && inner === FIRST_NESTED ? view.getUint8(at + 8) : 0;
}

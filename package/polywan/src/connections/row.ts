import type { Family } from "polywan-core/family";
import { readAddress } from "../netlink/address.ts";
import { hostIsLittleEndian } from "../netlink/message.ts";

// struct row of mod_conntrack.c.

export const ROW_BYTES = 136;
const HAS_START = 2;
const ADDRESSES_AT = 72;
const IPPROTO_TCP = 6;
/** enum tcp_conntrack of linux/netfilter/nf_conntrack_tcp.h */
const TCP_STATES = [
	"none",
	"syn_sent",
	"syn_recv",
	"established",
	"fin_wait",
	"close_wait",
	"last_ack",
	"time_wait",
	"close",
	"syn_sent2",
];

/** One entry of connection tracking; sent is from who opened it. */
export interface Row {
	readonly family: Family;
	readonly protocol: number;
	readonly mark: number;
	/** Empty unless it is TCP. */
	readonly state: string;
	readonly timeoutS: number;
	readonly source: string;
	readonly destination: string;
	/** Of ICMP the identifier, and type × 256 + code. */
	readonly sourcePort: number;
	readonly destinationPort: number;
	readonly sentBytes: number;
	readonly receivedBytes: number;
	readonly sentPackets: number;
	readonly receivedPackets: number;
	/** Wall-clock ms when it began; null where the kernel does not keep that. */
	readonly startedAtMs: number | null;
}

export function parseRows(data: Uint8Array): Row[] {
	const rows: Row[] = [];
	for (let at = 0; at + ROW_BYTES <= data.length; at += ROW_BYTES)
		rows.push(parseRow(data.subarray(at, at + ROW_BYTES)));
	return rows;
}

function parseRow(data: Uint8Array): Row {
	const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
	const number64 = (at: number) => Number(view.getBigUint64(at, hostIsLittleEndian));
	const family = data[0] === 4 ? 4 : 6;
	const protocol = data[1] ?? 0;
	const address = (index: number) => {
		const at = ADDRESSES_AT + index * 16;
		return readAddress(data.subarray(at, at + (family === 4 ? 4 : 16))) ?? "";
	};
	return {
		family,
		protocol,
		mark: view.getUint32(4, hostIsLittleEndian),
		state: protocol === IPPROTO_TCP ? (TCP_STATES[data[2] ?? 0] ?? "") : "",
		timeoutS: view.getUint32(12, hostIsLittleEndian),
		sourcePort: view.getUint16(20, hostIsLittleEndian),
		destinationPort: view.getUint16(22, hostIsLittleEndian),
		sentBytes: number64(32),
		receivedBytes: number64(40),
		sentPackets: number64(48),
		receivedPackets: number64(56),
		startedAtMs: ((data[3] ?? 0) & HAS_START) === 0 ? null : number64(64) / 1e6,
		source: address(0),
		destination: address(1),
	};
}

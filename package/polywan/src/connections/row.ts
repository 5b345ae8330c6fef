import type { Family } from "polywan-core/family";
import { IPS_OFFLOAD } from "../apply/conntrack.ts";
import { readAddress } from "../netlink/address.ts";
import { hostIsLittleEndian } from "../netlink/message.ts";

// struct row of conntrack.h.

export const ROW_BYTES = 136;
const HAS_START = 2;
const STATUS_AT = 8;
const PORTS_AT = 20;
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
	/** Of TCP; "offloaded" where packets pass by connection tracking. */
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
	return parseEach(data, parseRow);
}

/** What `parse` makes of each row. */
export function parseEach<T>(data: Uint8Array, parse: (row: Uint8Array) => T): T[] {
	const parsed: T[] = [];
	for (let at = 0; at + ROW_BYTES <= data.length; at += ROW_BYTES)
		parsed.push(parse(data.subarray(at, at + ROW_BYTES)));
	return parsed;
}

/** A connection's packets of one direction. */
export interface Direction {
	readonly source: string;
	readonly destination: string;
	readonly sourcePort: number;
	readonly destinationPort: number;
}

/** An established TCP connection: what its opener sends as the opener knows it, and what answers as they come to this machine. */
export interface EstablishedTcp {
	readonly family: Family;
	readonly mark: number;
	readonly opening: Direction;
	readonly answering: Direction;
}

/** Null: another protocol, or not established. */
export function parseEstablishedTcp(row: Uint8Array): EstablishedTcp | null {
	if (row[1] !== IPPROTO_TCP) return null;
	const view = new DataView(row.buffer, row.byteOffset, row.byteLength);
	if (!["established", "offloaded"].includes(stateOf(row, view))) return null;
	return {
		family: familyOf(row),
		mark: view.getUint32(4, hostIsLittleEndian),
		opening: parseDirection(row, view, 0),
		answering: parseDirection(row, view, 1),
	};
}

function stateOf(row: Uint8Array, view: DataView): string {
	if ((view.getUint32(STATUS_AT, hostIsLittleEndian) & IPS_OFFLOAD) !== 0) return "offloaded";
	return row[1] === IPPROTO_TCP ? (TCP_STATES[row[2] ?? 0] ?? "") : "";
}

/** `which`: 0 of the opener, 1 of answers. */
function parseDirection(row: Uint8Array, view: DataView, which: 0 | 1): Direction {
	return {
		source: addressOf(row, which * 2),
		destination: addressOf(row, which * 2 + 1),
		sourcePort: view.getUint16(PORTS_AT + which * 4, hostIsLittleEndian),
		destinationPort: view.getUint16(PORTS_AT + which * 4 + 2, hostIsLittleEndian),
	};
}

function familyOf(row: Uint8Array): Family {
	return row[0] === 4 ? 4 : 6;
}

function addressOf(row: Uint8Array, index: number): string {
	const at = ADDRESSES_AT + index * 16;
	return readAddress(row.subarray(at, at + (familyOf(row) === 4 ? 4 : 16))) ?? "";
}

function parseRow(data: Uint8Array): Row {
	const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
	const number64 = (at: number) => Number(view.getBigUint64(at, hostIsLittleEndian));
	const protocol = data[1] ?? 0;
	return {
		family: familyOf(data),
		protocol,
		mark: view.getUint32(4, hostIsLittleEndian),
		state: stateOf(data, view),
		timeoutS: view.getUint32(12, hostIsLittleEndian),
		...parseDirection(data, view, 0),
		sentBytes: number64(32),
		receivedBytes: number64(40),
		sentPackets: number64(48),
		receivedPackets: number64(56),
		startedAtMs: ((data[3] ?? 0) & HAS_START) === 0 ? null : number64(64) / 1e6,
	};
}

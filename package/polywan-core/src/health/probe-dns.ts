import { renderAddress } from "../address.ts";

// DNS messages (RFC 1035) of any record type, for probes.

/** Number of a record type. */
export type DnsType = number;

/** IANA's "Resource Record (RR) TYPEs". */
const TYPES: Readonly<Record<string, DnsType>> = {
	A: 1,
	NS: 2,
	CNAME: 5,
	SOA: 6,
	PTR: 12,
	MX: 15,
	TXT: 16,
	AAAA: 28,
	SRV: 33,
	DS: 43,
	DNSKEY: 48,
	HTTPS: 65,
	ANY: 255,
	CAA: 257,
};

const CODES: Readonly<Record<number, string>> = {
	1: "the query was not understood (FORMERR)",
	2: "the server failed (SERVFAIL)",
	3: "there is no such name (NXDOMAIN)",
	4: "the server does not know such queries (NOTIMP)",
	5: "the server refused (REFUSED)",
};

const HEADER_BYTES = 12;
const CLASS_INTERNET = 1;
const RESPONSE = 0x8000;
const TRUNCATED = 0x0200;
const RECURSION_DESIRED = 0x0100;
/** A name has at most 127 labels; more pointers than that are a loop. */
const MOST_LABELS = 128;
const MOST_RECORDS = 64;

/** "AAAA", "aaaa" or "TYPE28" (RFC 3597); null: no such type. */
export function parseDnsType(text: string): DnsType | null {
	const upper = text.toUpperCase();
	const number = /^TYPE(\d{1,5})$/.exec(upper)?.[1];
	if (number !== undefined) return Number(number) > 0 && Number(number) <= 65_535 ? Number(number) : null;
	return Object.hasOwn(TYPES, upper) ? (TYPES[upper] ?? null) : null;
}

/** A query for one name, which must be one that fits (labels of 1–63 bytes, ASCII); "." is the root. */
export function buildQuery(id: number, name: string, type: DnsType): Uint8Array {
	const labels = name.split(".").filter((label) => label !== "");
	const size = labels.reduce((sum, label) => sum + label.length + 1, 1);
	const query = new Uint8Array(HEADER_BYTES + size + 4);
	const view = new DataView(query.buffer);
	view.setUint16(0, id);
	view.setUint16(2, RECURSION_DESIRED);
	view.setUint16(4, 1);
	let offset = HEADER_BYTES;
	for (const label of labels) {
		query[offset++] = label.length;
		for (let i = 0; i < label.length; i++) query[offset++] = label.charCodeAt(i) & 0x7f;
	}
	view.setUint16(offset + 1, type);
	view.setUint16(offset + 3, CLASS_INTERNET);
	return query;
}

export interface DnsReply {
	/** Why it is no good answer, in words a user understands; null: it is one. */
	readonly failure: string | null;
	/** It did not fit: ask again over TCP. */
	readonly truncated: boolean;
	/** Records of the type that was asked for, as text. */
	readonly records: readonly string[];
}

/** Reads what came for a query; null: damaged, or the answer to something else. Never throws. */
export function parseReply(query: Uint8Array, bytes: Uint8Array): DnsReply | null {
	if (bytes.length < query.length || query.length < HEADER_BYTES + 5) return null;
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
	const flags = view.getUint16(2);
	const isOurs = bytes[0] === query[0] && bytes[1] === query[1] && (flags & RESPONSE) !== 0;
	if (!isOurs || view.getUint16(4) !== 1 || !isSameQuestion(query, bytes)) return null;
	const code = flags & 0xf;
	const type = ((query[query.length - 4] ?? 0) << 8) | (query[query.length - 3] ?? 0);
	return {
		failure: code === 0 ? null : (CODES[code] ?? `DNS error ${code}`),
		truncated: (flags & TRUNCATED) !== 0,
		records: readRecords(view, bytes, query.length, type),
	};
}

/** Why a reply does not satisfy; null: it does. */
export function judgeReply(reply: DnsReply, expect: string | null): string | null {
	if (reply.failure !== null) return reply.failure;
	if (expect === null) return null;
	const wanted = normal(expect);
	if (reply.records.some((record) => normal(record) === wanted)) return null;
	const got = reply.records.length === 0 ? "no such record" : reply.records.slice(0, 3).join(", ");
	return `the answer is ${got} instead of ${expect}`;
}

function readRecords(view: DataView, bytes: Uint8Array, start: number, wanted: DnsType): string[] {
	const records: string[] = [];
	let offset = start;
	const count = Math.min(view.getUint16(6), MOST_RECORDS);
	for (let i = 0; i < count; i++) {
		offset = readName(bytes, offset).next;
		if (offset + 10 > bytes.length) break;
		const type = view.getUint16(offset);
		const size = view.getUint16(offset + 8);
		const data = offset + 10;
		if (data + size > bytes.length) break;
		if (type === wanted || wanted === TYPES.ANY) records.push(renderRecord(view, bytes, type, data, size));
		offset = data + size;
	}
	return records;
}

function renderRecord(view: DataView, bytes: Uint8Array, type: DnsType, at: number, size: number): string {
	const name = (skip: number) => readName(bytes, at + skip).name;
	if (type === TYPES.A && size === 4)
		return renderAddress({ family: 4, bytes: [...bytes.subarray(at, at + 4)] });
	if (type === TYPES.AAAA && size === 16)
		return renderAddress({ family: 6, bytes: [...bytes.subarray(at, at + 16)] });
	if (type === TYPES.NS || type === TYPES.CNAME || type === TYPES.PTR || type === TYPES.SOA) return name(0);
	if (type === TYPES.MX && size > 2) return `${view.getUint16(at)} ${name(2)}`;
	if (type === TYPES.SRV && size > 6)
		return `${view.getUint16(at)} ${view.getUint16(at + 2)} ${view.getUint16(at + 4)} ${name(6)}`;
	if (type === TYPES.TXT) return renderTexts(bytes.subarray(at, at + size));
	return `\\# ${size} ${[...bytes.subarray(at, at + size)].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

function renderTexts(data: Uint8Array): string {
	let text = "";
	for (let at = 0; at < data.length; at += 1 + (data[at] ?? 0)) {
		for (const byte of data.subarray(at + 1, at + 1 + (data[at] ?? 0))) text += String.fromCharCode(byte);
	}
	return text;
}

/** `next`: the offset behind the name; the end of the bytes for a damaged one. */
function readName(bytes: Uint8Array, start: number): { readonly name: string; readonly next: number } {
	const labels: string[] = [];
	let offset = start;
	let next = -1;
	for (let steps = 0; steps < MOST_LABELS; steps++) {
		const length = bytes[offset];
		if (length === undefined) break;
		if (length === 0) return { name: labels.join(".") || ".", next: next < 0 ? offset + 1 : next };
		if (length >= 0xc0) {
			if (next < 0) next = offset + 2;
			offset = ((length & 0x3f) << 8) | (bytes[offset + 1] ?? 0);
			continue;
		}
		let label = "";
		for (const byte of bytes.subarray(offset + 1, offset + 1 + length)) label += String.fromCharCode(byte);
		labels.push(label);
		offset += length + 1;
	}
	return { name: "", next: next < 0 ? bytes.length : next };
}

/** Names compare without regard to the case of ASCII letters. */
function isSameQuestion(query: Uint8Array, bytes: Uint8Array): boolean {
	const lower = (byte = 0) => (byte >= 65 && byte <= 90 ? byte + 32 : byte);
	for (let i = HEADER_BYTES; i < query.length; i++) if (lower(query[i]) !== lower(bytes[i])) return false;
	return true;
}

function normal(text: string): string {
	return text.toLowerCase().replace(/(?<=.)\.$/, "");
}

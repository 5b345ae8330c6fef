/** Record types that carry addresses (RFC 1035, RFC 3596). */
const recordTypes = { inet: 1, inet6: 28 } as const;
const classInternet = 1;
const headerBytes = 12;
const flagResponse = 0x8000;
const flagRecursionDesired = 0x0100;

/** Response codes of RFC 1035 section 4.1.1. */
export const responseCodes = { ok: 0, formatError: 1, serverFailure: 2, nameError: 3, refused: 5 } as const;

export interface DnsAnswer {
	readonly responseCode: number;
	/** The addresses of the type that was asked for, as text. */
	readonly addresses: readonly string[];
	/** How long the answer holds: the shortest of its records, aliases included; null without records. */
	readonly ttlSeconds: number | null;
}

const encoder = new TextEncoder();

/** A query for one name. Throws RangeError for a name that DNS cannot hold. */
export function buildDnsQuery(id: number, name: string, family: "inet" | "inet6"): Uint8Array {
	const labels = (name.endsWith(".") ? name.slice(0, -1) : name)
		.split(".")
		.map((label) => encoder.encode(label));
	const nameBytes = labels.reduce((sum, label) => sum + label.length + 1, 1);
	if (nameBytes > 255 || labels.some((label) => label.length === 0 || label.length > 63))
		throw new RangeError(`'${name}' is no name for DNS: labels have 1 to 63 bytes, names at most 253`);
	const query = new Uint8Array(headerBytes + nameBytes + 4);
	const view = new DataView(query.buffer);
	view.setUint16(0, id);
	view.setUint16(2, flagRecursionDesired);
	view.setUint16(4, 1);
	let offset = headerBytes;
	for (const label of labels) {
		query[offset] = label.length;
		query.set(label, offset + 1);
		offset += label.length + 1;
	}
	view.setUint16(offset + 1, recordTypes[family]);
	view.setUint16(offset + 3, classInternet);
	return query;
}

/** Reads the answer to a query; null when these bytes are none: damaged, or of another query. */
export function parseDnsAnswer(
	query: Uint8Array,
	bytes: Uint8Array,
	family: "inet" | "inet6",
): DnsAnswer | null {
	if (bytes.length < query.length) return null;
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
	const flags = view.getUint16(2);
	const answersQuery = bytes[0] === query[0] && bytes[1] === query[1] && (flags & flagResponse) !== 0;
	if (!answersQuery || view.getUint16(4) !== 1 || !sameQuestion(query, bytes)) return null;
	const addresses: string[] = [];
	let ttlSeconds: number | null = null;
	let offset = query.length;
	for (let i = view.getUint16(6); i > 0; i--) {
		offset = skipName(bytes, offset);
		if (offset + 10 > bytes.length) break;
		const size = view.getUint16(offset + 8);
		ttlSeconds = Math.min(ttlSeconds ?? Number.POSITIVE_INFINITY, view.getUint32(offset + 4));
		const data = bytes.subarray(offset + 10, offset + 10 + size);
		const wanted =
			view.getUint16(offset) === recordTypes[family] && view.getUint16(offset + 2) === classInternet;
		if (wanted && data.length === (family === "inet" ? 4 : 16)) addresses.push(renderAddress(data));
		offset += 10 + size;
	}
	return { responseCode: flags & 15, addresses, ttlSeconds };
}

/** Names compare without regard to the case of ASCII letters. */
function sameQuestion(query: Uint8Array, bytes: Uint8Array): boolean {
	const lower = (byte = 0) => (byte >= 65 && byte <= 90 ? byte + 32 : byte);
	for (let i = headerBytes; i < query.length; i++) if (lower(query[i]) !== lower(bytes[i])) return false;
	return true;
}

/** The offset after a name, which may end in a pointer; the end of the bytes for a damaged one. */
function skipName(bytes: Uint8Array, start: number): number {
	let offset = start;
	for (;;) {
		const length = bytes[offset];
		if (length === undefined) return bytes.length;
		if (length === 0) return offset + 1;
		if (length >= 0xc0) return offset + 2;
		offset += length + 1;
	}
}

function renderAddress(data: Uint8Array): string {
	if (data.length === 4) return data.join(".");
	const groups = Array.from({ length: 8 }, (_, i) =>
		(((data[2 * i] ?? 0) << 8) | (data[2 * i + 1] ?? 0)).toString(16),
	);
	return shortenZeros(groups);
}

/** RFC 5952: the longest run of two or more zero groups, the first of equal ones, becomes "::". */
function shortenZeros(groups: readonly string[]): string {
	let best = { start: 0, length: 1 };
	for (let start = 0; start < groups.length; start++) {
		let length = 0;
		while (groups[start + length] === "0") length++;
		if (length > best.length) best = { start, length };
	}
	if (best.length < 2) return groups.join(":");
	return `${groups.slice(0, best.start).join(":")}::${groups.slice(best.start + best.length).join(":")}`;
}

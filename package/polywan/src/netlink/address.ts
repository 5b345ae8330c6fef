import type { Family } from "polywan-core/family";

/** Bytes of an address of `family`. */
export function addressBytes(family: Family): number {
	return family === 4 ? 4 : 16;
}

/** Text of a 4- or 16-byte address; IPv6 as RFC 5952 has it. Null when `bytes` is neither. */
export function renderAddress(bytes: Uint8Array): string | null {
	if (bytes.length === 4) return bytes.join(".");
	if (bytes.length !== 16) return null;
	const groups = Array.from({ length: 8 }, (_, index) => {
		return ((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0);
	});
	const { start, length } = longestZeroRun(groups);
	const text = (part: readonly number[]) => part.map((group) => group.toString(16)).join(":");
	if (length < 2) return text(groups);
	return `${text(groups.slice(0, start))}::${text(groups.slice(start + length))}`;
}

/** Bytes of an address in text, 4 or 16 of them; null when it is none. */
export function parseAddress(text: string): Uint8Array | null {
	return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

function parseIpv4(text: string): Uint8Array | null {
	const parts = text.split(".");
	if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return null;
	return Uint8Array.from(parts, Number);
}

function parseIpv6(text: string): Uint8Array | null {
	const halves = text.split("::");
	if (halves.length > 2) return null;
	const [head, tail] = halves.map(parseGroups);
	if (head === null || tail === null || head === undefined) return null;
	if (tail === undefined) return head.length === 16 ? Uint8Array.from(head) : null;
	if (head.length + tail.length > 14) return null;
	return Uint8Array.from([...head, ...new Array(16 - head.length - tail.length).fill(0), ...tail]);
}

/** Bytes of "2001:db8" or of "ffff:192.0.2.1". */
function parseGroups(text: string): number[] | null {
	if (text === "") return [];
	const bytes: number[] = [];
	for (const [index, group] of text.split(":").entries()) {
		const last = index === text.split(":").length - 1;
		const ipv4 = last && group.includes(".") ? parseIpv4(group) : null;
		if (ipv4) bytes.push(...ipv4);
		else if (/^[0-9a-f]{1,4}$/i.test(group))
			bytes.push(Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255);
		else return null;
	}
	return bytes;
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
	let best = { start: 0, length: 0 };
	let run = { start: 0, length: 0 };
	for (const [index, group] of groups.entries()) {
		run = group !== 0 ? { start: index + 1, length: 0 } : { start: run.start, length: run.length + 1 };
		if (run.length > best.length) best = run;
	}
	return best;
}

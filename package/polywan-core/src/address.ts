import type { Family } from "./family.ts";

/** An IP address: 4 or 16 bytes. */
export interface Address {
	readonly family: Family;
	readonly bytes: readonly number[];
}

/** A network with its host bits cleared. */
export interface Network extends Address {
	readonly prefixLength: number;
}

/** Dotted IPv4 or IPv6 text (RFC 4291 §2.2, without a zone); null when it is neither. */
export function parseAddress(text: string): Address | null {
	if (text.includes(":")) {
		const bytes = parseIpv6(text);
		return bytes === null ? null : { family: 6, bytes };
	}
	const bytes = parseIpv4(text);
	return bytes === null ? null : { family: 4, bytes };
}

/** "10.0.0.0/8", or a single address; null when it is neither. Host bits are cleared. */
export function parseNetwork(text: string): Network | null {
	const slash = text.indexOf("/");
	const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
	if (address === null) return null;
	const width = address.bytes.length * 8;
	if (slash < 0) return { ...address, prefixLength: width };
	const prefixLength = parseDecimal(text.slice(slash + 1), width);
	if (prefixLength === null) return null;
	return {
		family: address.family,
		prefixLength,
		bytes: address.bytes.map((byte, index) => byte & byteMask(prefixLength - index * 8)),
	};
}

/** IPv6 as RFC 5952 wants it. */
export function renderAddress(address: Address): string {
	if (address.family === 4) return address.bytes.join(".");
	const groups: number[] = [];
	for (let index = 0; index < 16; index += 2) {
		groups.push(((address.bytes[index] ?? 0) << 8) | (address.bytes[index + 1] ?? 0));
	}
	const [start, length] = longestZeroRun(groups);
	const hex = groups.map((group) => group.toString(16));
	if (length < 2) return hex.join(":");
	return `${hex.slice(0, start).join(":")}::${hex.slice(start + length).join(":")}`;
}

/** Always with its prefix length: "10.0.0.1/32". */
export function renderNetwork(network: Network): string {
	return `${renderAddress(network)}/${network.prefixLength}`;
}

/** The family of a canonical address or network. */
export function familyOf(text: string): Family {
	return text.includes(":") ? 6 : 4;
}

export function networkContains(network: Network, address: Address): boolean {
	if (network.family !== address.family) return false;
	for (let index = 0; index * 8 < network.prefixLength; index++) {
		const different = (network.bytes[index] ?? 0) ^ (address.bytes[index] ?? 0);
		if ((different & byteMask(network.prefixLength - index * 8)) !== 0) return false;
	}
	return true;
}

/** Below 0 when `a` comes first; both of one family. */
/** Of texts: whether `inner`, an address or a network, is wholly inside `outer`. False where either is neither. */
export function isInside(inner: string, outer: string): boolean {
	const [network, part] = [parseNetwork(outer), parseNetwork(inner)];
	return network !== null && part !== null && networkContains(network, part);
}

export function compareAddresses({ bytes: a }: Address, { bytes: b }: Address): number {
	for (let index = 0; index < a.length; index++) {
		const difference = (a[index] ?? 0) - (b[index] ?? 0);
		if (difference !== 0) return difference;
	}
	return 0;
}

/** First and last address of a network or address in text; null when it is neither. */
export function networkEnds(text: string): readonly [first: Address, last: Address] | null {
	const network = parseNetwork(text);
	return network === null ? null : [network, lastOf(network, network.prefixLength)];
}

/** The fewest networks that hold exactly the addresses from `from` to `to`; none when `to` comes first. */
export function networksBetween(from: Address, to: Address): readonly Network[] {
	const networks: Network[] = [];
	const width = from.bytes.length * 8;
	let at: Address | null = from;
	while (at !== null && compareAddresses(at, to) <= 0) {
		let prefixLength = width;
		while (
			prefixLength > 0 &&
			isFirstOf(at, prefixLength - 1) &&
			compareAddresses(lastOf(at, prefixLength - 1), to) <= 0
		)
			prefixLength--;
		networks.push({ ...at, prefixLength });
		at = following(lastOf(at, prefixLength));
	}
	return networks;
}

function isFirstOf(address: Address, prefixLength: number): boolean {
	return address.bytes.every((byte, index) => (byte & ~byteMask(prefixLength - index * 8) & 0xff) === 0);
}

function lastOf(address: Address, prefixLength: number): Address {
	const bytes = address.bytes.map((byte, index) => byte | (~byteMask(prefixLength - index * 8) & 0xff));
	return { family: address.family, bytes };
}

/** Null after the highest address there is. */
function following(address: Address): Address | null {
	const bytes = [...address.bytes];
	for (let index = bytes.length - 1; index >= 0; index--) {
		const byte = bytes[index] ?? 0;
		bytes[index] = (byte + 1) & 0xff;
		if (byte < 0xff) return { family: address.family, bytes };
	}
	return null;
}

/** IPv6 link-local unicast, fe80::/10 (RFC 4291 §2.5.6). */
export function isLinkLocal(address: Address): boolean {
	return address.family === 6 && address.bytes[0] === 0xfe && ((address.bytes[1] ?? 0) & 0xc0) === 0x80;
}

function byteMask(bits: number): number {
	if (bits >= 8) return 0xff;
	return bits <= 0 ? 0 : (0xff << (8 - bits)) & 0xff;
}

/** Without leading zeros. */
function parseDecimal(text: string, max: number): number | null {
	const value = Number(text);
	return Number.isInteger(value) && value >= 0 && value <= max && String(value) === text ? value : null;
}

const ZERO = 48;
const DOT = 46;
const COLON = 58;

/** The value of a hexadecimal digit's character code, 16 for any other. */
function digitOf(code: number): number {
	if (code >= ZERO && code <= 57) return code - ZERO;
	if (code >= 97 && code <= 102) return code - 87;
	return code >= 65 && code <= 70 ? code - 55 : 16;
}

/** Four numbers without leading zeros, from `start` to the end. */
function parseIpv4(text: string, start = 0): number[] | null {
	const bytes: number[] = [];
	let value = -1;
	// The end is as one more dot.
	for (let index = start; index <= text.length; index++) {
		const code = index === text.length ? DOT : text.charCodeAt(index);
		if (code === DOT) {
			if (value < 0) return null;
			bytes.push(value);
			value = -1;
			continue;
		}
		const digit = code - ZERO;
		if (digit < 0 || digit > 9 || value === 0) return null;
		value = value < 0 ? digit : value * 10 + digit;
		if (value > 255) return null;
	}
	return bytes.length === 4 ? bytes : null;
}

function parseIpv6(text: string): number[] | null {
	const gap = text.indexOf("::");
	const head = parseGroups(text, 0, gap < 0 ? text.length : gap);
	if (gap < 0) return head?.length === 16 ? head : null;
	const tail = parseGroups(text, gap + 2, text.length);
	if (head === null || tail === null) return null;
	const missing = 16 - head.length - tail.length;
	return missing < 2 ? null : [...head, ...new Array<number>(missing).fill(0), ...tail];
}

/** Groups between colons, the last of which may be an IPv4 address. */
function parseGroups(text: string, start: number, end: number): number[] | null {
	const bytes: number[] = [];
	let group = start;
	let value = 0;
	// The end is as one more colon.
	for (let index = start; index <= end && start < end; index++) {
		const code = index === end ? COLON : text.charCodeAt(index);
		if (code === COLON) {
			if (index === group) return null;
			bytes.push(value >> 8, value & 0xff);
			group = index + 1;
			value = 0;
			continue;
		}
		if (code === DOT) {
			const ipv4 = end === text.length ? parseIpv4(text, group) : null;
			return ipv4 === null ? null : [...bytes, ...ipv4];
		}
		const digit = digitOf(code);
		if (digit > 15 || index - group > 3) return null;
		value = value * 16 + digit;
	}
	return bytes;
}

function longestZeroRun(groups: readonly number[]): [start: number, length: number] {
	let best: [number, number] = [0, 0];
	let start = 0;
	for (let index = 0; index <= groups.length; index++) {
		if (groups[index] === 0) continue;
		if (index - start > best[1]) best = [start, index - start];
		start = index + 1;
	}
	return best;
}

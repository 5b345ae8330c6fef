import { createHash } from "node:crypto";

// The password hashes of crypt(3) that OpenWrt's /etc/shadow holds: $1$ (MD5), $5$ and $6$ (SHA-crypt, U. Drepper's
// specification of 2008).

const ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/** The order in which the digest's bytes are encoded, three to a group, the most significant first. */
const MD5_ORDER = [0, 6, 12, 1, 7, 13, 2, 8, 14, 3, 9, 15, 4, 10, 5, 11];
const LARGEST_ROUNDS = 999_999_999;
const SMALLEST_ROUNDS = 1000;

/** Whether `password` has this hash. A hash of an unknown kind, `*` and `!` match nothing. */
export function matchesHash(password: string, hash: string): boolean {
	return crypt(password, hash) === hash;
}

/** The hash of a password with the setting (`$6$salt`, or a whole hash); null for a kind not known here. */
export function crypt(password: string, setting: string): string | null {
	const [, kind, ...rest] = setting.split("$");
	const key = Buffer.from(password);
	if (kind === "1") return md5Crypt(key, rest[0] ?? "");
	if (kind !== "5" && kind !== "6") return null;
	const rounds = /^rounds=(\d+)$/.exec(rest[0] ?? "")?.[1];
	const salt = (rounds === undefined ? rest[0] : rest[1]) ?? "";
	return shaCrypt(key, salt.slice(0, 16), kind, rounds);
}

function shaCrypt(key: Buffer, salt: string, kind: "5" | "6", roundsText: string | undefined): string {
	const algorithm = kind === "5" ? "sha256" : "sha512";
	const digest = (...parts: readonly Uint8Array[]) => hash(algorithm, parts);
	const saltBytes = Buffer.from(salt, "latin1");
	const wanted = Number(roundsText ?? 5000);
	const rounds = Math.min(Math.max(wanted, SMALLEST_ROUNDS), LARGEST_ROUNDS);

	const inner = digest(key, saltBytes, key);
	const parts: Uint8Array[] = [key, saltBytes, repeat(inner, key.length)];
	for (let bits = key.length; bits > 0; bits >>= 1) parts.push(bits & 1 ? inner : key);
	let result = digest(...parts);
	const keySequence = repeat(digest(...Array<Buffer>(key.length).fill(key)), key.length);
	const saltTimes = 16 + (result[0] ?? 0);
	const saltSequence = repeat(digest(...Array<Buffer>(saltTimes).fill(saltBytes)), saltBytes.length);
	for (let round = 0; round < rounds; round++) {
		result = digest(...mixRound(round, result, keySequence, saltSequence));
	}
	const prefix = roundsText === undefined ? "" : `rounds=${rounds}$`;
	return `$${kind}$${prefix}${salt}$${encode(result, shaOrder(kind))}`;
}

/** What one round digests, the same for MD5 and SHA. */
function mixRound(round: number, result: Buffer, key: Uint8Array, salt: Uint8Array): Uint8Array[] {
	const parts: Uint8Array[] = [round & 1 ? key : result];
	if (round % 3) parts.push(salt);
	if (round % 7) parts.push(key);
	parts.push(round & 1 ? result : key);
	return parts;
}

function md5Crypt(key: Buffer, saltText: string): string {
	const salt = Buffer.from(saltText.slice(0, 8), "latin1");
	const inner = hash("md5", [key, salt, key]);
	const parts: Uint8Array[] = [key, Buffer.from("$1$"), salt, repeat(inner, key.length)];
	for (let bits = key.length; bits > 0; bits >>= 1)
		parts.push(bits & 1 ? Buffer.from([0]) : key.subarray(0, 1));
	let result = hash("md5", parts);
	for (let round = 0; round < 1000; round++) result = hash("md5", mixRound(round, result, key, salt));
	return `$1$${salt.toString("latin1")}$${encode(result, MD5_ORDER)}`;
}

function hash(algorithm: string, parts: readonly Uint8Array[]): Buffer {
	return createHash(algorithm).update(Buffer.concat(parts)).digest();
}

function repeat(bytes: Buffer, length: number): Buffer {
	return Buffer.alloc(length, bytes);
}

/** Groups of three bytes a third of the digest apart; each group begins one place later in the rotation. */
function shaOrder(kind: "5" | "6"): number[] {
	const [groups, step] = kind === "5" ? [10, 21] : [21, 22];
	const order: number[] = [];
	const size = groups * 3;
	for (let group = 0, first = 0; group < groups; group++) {
		order.push(first, (first + groups) % size, (first + 2 * groups) % size);
		first = (first + step) % size;
	}
	return kind === "5" ? [...order, 31, 30] : [...order, 63];
}

function encode(digest: Buffer, order: readonly number[]): string {
	let text = "";
	for (let at = 0; at < order.length; at += 3) {
		const group = order.slice(at, at + 3);
		let bits = group.reduce((value, index) => (value << 8) | (digest[index] ?? 0), 0);
		// Of n left over bytes n + 1 characters are written.
		for (let count = 0; count <= group.length; count++, bits >>= 6) text += ALPHABET[bits & 63];
	}
	return text;
}

/** FIPS 180-4: the fractional parts of the cube roots of the first 64 primes, and of the square roots of the first 8. */
const [K, H] = buildConstants();

function buildConstants(): [Uint32Array, Uint32Array] {
	const primes: number[] = [];
	for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
	const fraction = (value: number) => ((value - Math.floor(value)) * 2 ** 32) | 0;
	return [
		Uint32Array.from(primes, (prime) => fraction(Math.cbrt(prime))),
		Uint32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime))),
	];
}

const BLOCK_BYTES = 64;

/** 32 bytes. */
export function sha256(data: Uint8Array): Uint8Array {
	const state = H.slice();
	const padded = pad(data);
	const words = new Uint32Array(64);
	for (let at = 0; at < padded.length; at += BLOCK_BYTES) {
		for (let i = 0; i < 16; i++) words[i] = readWord(padded, at + 4 * i);
		addBlock(state, words);
	}
	return Uint8Array.from({ length: 32 }, (_, i) => (at(state, i >> 2) >>> (24 - 8 * (i & 3))) & 0xff);
}

/** RFC 2104. */
export function hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array {
	const block = new Uint8Array(BLOCK_BYTES);
	block.set(key.length > BLOCK_BYTES ? sha256(key) : key);
	const inner = concat(
		block.map((byte) => byte ^ 0x36),
		data,
	);
	return sha256(
		concat(
			block.map((byte) => byte ^ 0x5c),
			sha256(inner),
		),
	);
}

export function renderHex(bytes: Uint8Array): string {
	return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function pad(data: Uint8Array): Uint8Array {
	const length = (Math.floor((data.length + 8) / BLOCK_BYTES) + 1) * BLOCK_BYTES;
	const padded = new Uint8Array(length);
	padded.set(data);
	padded[data.length] = 0x80;
	const view = new DataView(padded.buffer);
	view.setUint32(length - 8, Math.floor((data.length * 8) / 2 ** 32));
	view.setUint32(length - 4, (data.length * 8) >>> 0);
	return padded;
}

function addBlock(state: Uint32Array, words: Uint32Array): void {
	for (let i = 16; i < 64; i++) {
		const [a, b] = [at(words, i - 15), at(words, i - 2)];
		const s0 = turn(a, 7) ^ turn(a, 18) ^ (a >>> 3);
		const s1 = turn(b, 17) ^ turn(b, 19) ^ (b >>> 10);
		words[i] = (at(words, i - 16) + s0 + at(words, i - 7) + s1) | 0;
	}
	let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
	for (let i = 0; i < 64; i++) {
		const s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
		const t1 = (h + s1 + ((e & f) ^ (~e & g)) + at(K, i) + at(words, i)) | 0;
		const s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
		const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
		[h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
	}
	for (const [i, value] of [a, b, c, d, e, f, g, h].entries()) state[i] = at(state, i) + value;
}

function turn(word: number, by: number): number {
	return (word >>> by) | (word << (32 - by));
}

function at(words: Uint32Array, index: number): number {
	return words[index] ?? 0;
}

function readWord(bytes: Uint8Array, offset: number): number {
	return new DataView(bytes.buffer, bytes.byteOffset).getUint32(offset);
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
	const joined = new Uint8Array(a.length + b.length);
	joined.set(a);
	joined.set(b, a.length);
	return joined;
}

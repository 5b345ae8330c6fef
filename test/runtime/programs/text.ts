import { check, equal, errorOf } from "./check.ts";

const bytesOf = (text: string) => [...new TextEncoder().encode(text)];
const decode = (bytes: number[], options = {}) =>
	new TextDecoder("utf-8", options).decode(new Uint8Array(bytes));

await check("text becomes UTF-8, and back", () => {
	equal(bytesOf("aä€😀\0"), [0x61, 0xc3, 0xa4, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80, 0]);
	equal(decode(bytesOf("aä€😀\0z")), "aä€😀\0z");
	equal(bytesOf(""), []);
	equal([...new TextEncoder().encode()], []);
});

await check("a lone surrogate becomes U+FFFD", () => {
	equal(bytesOf("a\ud800b"), [0x61, 0xef, 0xbf, 0xbd, 0x62]);
	equal(bytesOf("\udc00"), [0xef, 0xbf, 0xbd]);
	equal(bytesOf("\u{d7ff}"), [0xed, 0x9f, 0xbf]);
});

// The parts that become one U+FFFD each are those of the WHATWG Encoding Standard (maximal subparts).
const illFormed: [bytes: number[], text: string][] = [
	[[0x80], "�"],
	[[0x61, 0xff, 0x62], "a�b"],
	[[0xc0, 0xaf], "��"],
	[[0xe2, 0x82], "�"],
	[[0xe2, 0x82, 0x61], "�a"],
	[[0xed, 0xa0, 0x80], "���"],
	[[0xf0, 0x9f, 0x98], "�"],
	[[0xf4, 0x90, 0x80, 0x80], "����"],
	[[0xf5, 0x80], "��"],
	[[0xe0, 0x80, 0x80], "���"],
];

await check("ill-formed bytes become U+FFFD, or an error with fatal", () => {
	for (const [bytes, text] of illFormed) {
		equal(decode(bytes), text);
		equal(errorOf(() => decode(bytes, { fatal: true })).name, "TypeError");
	}
	equal(decode([0x61], { fatal: true }), "a");
});

await check("a byte order mark goes, unless it is asked for", () => {
	equal(decode([0xef, 0xbb, 0xbf, 0x61]), "a");
	equal(decode([0xef, 0xbb, 0xbf, 0x61], { ignoreBOM: true }), "\ufeffa");
});

await check("views at an offset, buffers, nothing, other encodings", () => {
	const bytes = new TextEncoder().encode("xxhellox");
	equal(new TextDecoder().decode(bytes.subarray(2, 7)), "hello");
	equal(new TextDecoder().decode(bytes.buffer), "xxhellox");
	equal(new TextDecoder().decode(), "");
	equal(new TextDecoder().decode(new Uint8Array(0)), "");
	equal(errorOf(() => new TextDecoder("latin1" as "utf8")).name, "RangeError");
	equal(errorOf(() => new TextDecoder().decode("text" as unknown as Uint8Array)).name, "TypeError");
});

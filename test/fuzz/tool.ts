import { parseLogLine } from "polywan-core/tool/log-line";
import { parseToolRequest, TOOL_KINDS, ToolRequestError } from "polywan-core/tool/request";
import { PcapCutter } from "../../package/polywan/src/capture/pcap-cutter.ts";
import { buildWords } from "../../package/polywan/src/tool/command-line.ts";
import { mutate, repeat } from "./message.ts";
import { type Random, seededRandom } from "./random.ts";

export const targets = [
	{ name: "tool-request", run: fuzzRequests },
	{ name: "log-line", run: fuzzLogLines },
	{ name: "pcap", run: fuzzPcap },
];

/** Whatever is asked for, what a user wrote is no option of the command, and nothing a shell would do something with. */
export function fuzzRequests(iterations: number, seed: number): void {
	const random = seededRandom(seed);
	const texts = [
		"wan",
		"example.com",
		"192.0.2.1",
		"--help",
		"-w",
		"host 192.0.2.1",
		"$(id)",
		"AAAA",
		"ipv6",
		"",
	];
	const text = () => latin1(mutate(random, bytesOf(random.pick(texts)), random.below(3)));
	repeat("tool-request", iterations, seed, () => {
		const request = {
			kind: random.pick([...TOOL_KINDS, "x"]),
			uplink: text(),
			host: text(),
			type: random.oneIn(2) ? "" : text(),
			family: random.oneIn(2) ? "" : text(),
			filter: text(),
			bytes: random.below(20_000_000),
			seconds: random.below(1000),
		};
		return [JSON.stringify(request), () => checkRequest(request)];
	});
}

function checkRequest(request: Readonly<Record<string, unknown>>): void {
	try {
		const words = buildWords(parseToolRequest(request), "/file");
		const end = words.indexOf("--");
		const options = end < 0 ? [] : words.slice(1, end);
		if (!options.every((word) => /^--[a-z]+(=|$)/.test(word))) throw new Error(`options ${options}`);
		const plain = end < 0 ? words.slice(1) : words.slice(end + 1);
		if (plain.some((word) => !/^[\w.:@/][\w.:@/-]*$/.test(word))) throw new Error(`words ${plain}`);
		if (/[;$`'"{}\n\r\0]/.test(words.join(""))) throw new Error(`words ${words}`);
	} catch (error) {
		if (!(error instanceof ToolRequestError)) throw error;
	}
}

/** Any line is taken apart, and none of its words is lost. */
export function fuzzLogLines(iterations: number, seed: number): void {
	const random = seededRandom(seed);
	const line =
		'Fri Nov 20 09:48:04 2026 [1795168084.123] daemon.notice polywan[269]: uplink uplink=wan reason="a \\"b\\" c" ms=1.5';
	repeat("log-line", iterations, seed, () => {
		const text = latin1(mutate(random, bytesOf(line), random.below(6)));
		return [
			text,
			() => {
				const { message, fields, level, at_ms: atMs } = parseLogLine(text);
				if (level === null && message !== text && !text.includes(message)) throw new Error("a word is lost");
				if (!text.includes(message)) throw new Error("the message is another");
				if (atMs !== null && !Number.isFinite(atMs)) throw new Error("a time that is none");
				for (const name of Object.keys(fields))
					if (!/^[a-z]\w*$/.test(name)) throw new Error(`field ${name}`);
			},
		];
	});
}

/** In whatever pieces it comes, the same whole packets pass, and not too much. */
export function fuzzPcap(iterations: number, seed: number): void {
	const random = seededRandom(seed);
	repeat("pcap", iterations, seed, () => {
		const bytes = mutate(random, pcap(random), random.oneIn(2) ? 0 : random.below(4));
		return [
			bytes,
			() => {
				const most = random.below(400);
				const whole = cut(bytes, most, bytes.length + 1);
				const pieces = cut(bytes, most, 1 + random.below(40));
				if (whole !== pieces) throw new Error(`${whole}, in pieces ${pieces}`);
			},
		];
	});
}

/** What passes of it, or that it is none. */
function cut(bytes: Uint8Array, most: number, step: number): string {
	const cutter = new PcapCutter(most);
	const passed: number[] = [];
	try {
		for (let at = 0; at < bytes.length; at += step) passed.push(...cutter.take(bytes.slice(at, at + step)));
	} catch {
		return "none";
	}
	if (passed.length > Math.max(most, 24)) throw new Error(`${passed.length} of ${most} bytes`);
	if (passed.some((byte, index) => byte !== bytes[index])) throw new Error("other bytes");
	return `${cutter.packets} ${cutter.isFull} ${passed.length}`;
}

function pcap(random: Random): Uint8Array {
	const sizes = Array.from({ length: random.below(5) }, () => random.below(120));
	const bytes = new Uint8Array(24 + sizes.reduce((sum, size) => sum + 16 + size, 0));
	const view = new DataView(bytes.buffer);
	const littleEndian = random.oneIn(2);
	view.setUint32(0, 0xa1b2c3d4, littleEndian);
	let at = 24;
	for (const size of sizes) {
		view.setUint32(at + 8, size, littleEndian);
		at += 16 + size;
	}
	return bytes;
}

function bytesOf(text: string): Uint8Array {
	return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function latin1(bytes: Uint8Array): string {
	return String.fromCharCode(...bytes);
}

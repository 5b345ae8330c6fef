import { parseHealthLine } from "polywan-core/health/plugin-message";
import { renderOpenMetrics } from "polywan-core/metrics/family";
import { LineReader, MOST_LINE_BYTES } from "../../package/polywan/src/plugin/line-reader.ts";
import { parseRow } from "../../package/polywan-reports/src/history/sql.ts";
import { parseStatusLine } from "../../package/polywan-reports/src/notify/http-response.ts";
import { parseReplyLine } from "../../package/polywan-reports/src/notify/smtp-reply.ts";
import { parseUrl } from "../../package/polywan-reports/src/notify/url.ts";
import { parsePluginLine } from "../../package/polywan-reports/src/plugin/message.ts";
import { parseOpenMetrics } from "../unit/polywan-reports/open-metrics.ts";
import { type Random, seededRandom } from "./random.ts";

export const targets: { name: string; run(iterations: number, seed: number): void }[] = [
	{ name: "json-lines", run: fuzzJsonLines },
	{ name: "reply-lines", run: fuzzReplyLines },
];

const encoder = new TextEncoder();

/** What plugins say: whatever it is, it is cut into lines the same way, and its metrics are OpenMetrics. */
export function fuzzJsonLines(iterations: number, seed: number): void {
	const random = seededRandom(seed);
	for (let iteration = 0; iteration < iterations; iteration++) {
		const lines = Array.from({ length: random.below(4) }, () => randomLine(random));
		const bytes = encoder.encode(lines.map((line) => `${line}\n`).join(""));
		if (random.oneIn(3) && bytes.length > 0) bytes[random.below(bytes.length)] = random.below(256);
		try {
			checkLines(bytes, random);
		} catch (error) {
			const input = JSON.stringify([...bytes]);
			throw new Error(`json-lines: seed ${seed}, iteration ${iteration}: ${input}`, { cause: error });
		}
	}
}

function checkLines(bytes: Uint8Array, random: Random): void {
	const whole = new LineReader().push(bytes);
	const cut = random.below(bytes.length + 1);
	const reader = new LineReader();
	const parts = [...reader.push(bytes.subarray(0, cut)), ...reader.push(bytes.subarray(cut))];
	if (JSON.stringify(parts) !== JSON.stringify(whole)) throw new Error(`cut at ${cut} the lines differ`);
	if (whole.some((line) => line.length > MOST_LINE_BYTES)) throw new Error("a line is too long");
	for (const line of whole) {
		const health = parseHealthLine(line);
		if (health?.type === "health" && !(health.rttUs === null || health.rttUs >= 0)) throw new Error("a time");
		const message = parsePluginLine(line, "x");
		if (message?.type === "metrics") parseOpenMetrics(renderOpenMetrics(message.families));
	}
}

function randomLine(random: Random): string {
	const type = random.pick(["hello", "metrics", "health", "done", "x"]);
	const line = JSON.stringify({
		type,
		id: random.pick([1, 0, -1, 1e300, "1", null]),
		ok: random.pick([true, false, 1, undefined]),
		rtt_ms: random.pick([1.5, -1, 1e300, "1", undefined]),
		reason: random.pick(["red", "\u0000", 5, undefined]),
		roles: random.pick([["metrics"], [], "metrics", [null]]),
		metrics: random.oneIn(8)
			? randomValue(random, 2)
			: Array.from({ length: random.below(5) }, () => randomMetric(random)),
	});
	if (!random.oneIn(4)) return line;
	const at = random.below(line.length);
	return (
		line.slice(0, at) +
		random.pick(["", '"', "{", "\\", "1e999", "\u0000", "é"]) +
		line.slice(at + random.below(3))
	);
}

function randomMetric(random: Random): unknown {
	if (random.oneIn(6)) return randomValue(random, 2);
	return {
		name: random.pick(["a", "b_total", "c_info", "bytes", "A", "a-b", "", 1, "x".repeat(80)]),
		value: random.pick([0, 1, -1, 1.5, 1e308, 1e-308, -0, 123456789012345680000, null, "1"]),
		kind: random.pick(["gauge", "counter", "info", undefined]),
		labels: random.pick([
			undefined,
			{},
			{ a: "b" },
			{ a: 'q"\\\n' },
			{ a: 1 },
			[],
			{ __proto__: "x", a: "1", b: "2" },
		]),
		help: random.pick([undefined, "", "x\ny", 5, "\\"]),
	};
}

function randomValue(random: Random, depth: number): unknown {
	if (depth === 0) return random.pick([null, true, 0, "", "x"]);
	return random.oneIn(2) ? [randomValue(random, depth - 1)] : { type: randomValue(random, depth - 1) };
}

const samples = [
	"HTTP/1.1 204 No Content",
	"250-AUTH PLAIN LOGIN",
	"250 ok",
	"1760000000|1|2|3||5|6|7|8",
	"http://user:pass@[2001:db8::1]:8080/path?query#part",
];

/** Lines of web and mail servers and of sqlite3, and addresses: a value or null, never an error. */
export function fuzzReplyLines(iterations: number, seed: number): void {
	const random = seededRandom(seed);
	for (let iteration = 0; iteration < iterations; iteration++) {
		const line = mutate(random.pick(samples), random);
		try {
			checkLine(line);
		} catch (error) {
			throw new Error(`reply-lines: seed ${seed}, iteration ${iteration}: ${JSON.stringify(line)}`, {
				cause: error,
			});
		}
	}
}

function checkLine(line: string): void {
	const status = parseStatusLine(line);
	if (status !== null && !(status >= 100 && status <= 599)) throw new Error(`status ${status}`);
	const reply = parseReplyLine(line);
	if (reply !== null && !(reply.code >= 200 && reply.code <= 599)) throw new Error(`code ${reply.code}`);
	const row = parseRow(line);
	if (
		row !== null &&
		[row[0], ...Object.values(row[1])].some((value) => value !== null && !Number.isFinite(value))
	)
		throw new Error("a row that is no numbers");
	const url = parseUrl(line);
	if (url !== null && !/^[\x21-\x7e]+$/.test(url.host + url.path))
		throw new Error("an address that breaks a request");
}

function mutate(text: string, random: Random): string {
	let mutated = text;
	for (let i = random.below(5); i > 0; i--) {
		const at = random.below(mutated.length + 1);
		const piece = random.pick([
			"",
			" ",
			"-",
			"9",
			"|",
			"\r",
			"\n",
			"\u0000",
			"é",
			":",
			"/",
			"[",
			"]",
			"@",
			"999",
		]);
		mutated = mutated.slice(0, at) + piece + mutated.slice(at + random.below(3));
	}
	return mutated;
}

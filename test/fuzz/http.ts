import {
	isSameSite,
	judgeHttpResponse,
	MOST_BODY_BYTES,
	parseHttpResponse,
} from "polywan-core/health/probe-http";
import { familiesOfTarget, parseProbeTarget } from "polywan-core/health/probe-target";
import { mutate, repeat } from "./message.ts";
import { type Random, seededRandom } from "./random.ts";

export const targets = [
	{ name: "http", run: fuzzHttp },
	{ name: "probe-target", run: fuzzTargets },
];

const TARGET = parseProbeTarget("http://example.com/generate_204#body=x&header=Server: lab&redirects=2");

/** Whatever comes, in pieces: no exception, a sane status, a bounded body, and once it is whole it stays as it is. */
export function fuzzHttp(iterations: number, seed: number): void {
	const random = seededRandom(seed);
	if (TARGET?.method !== "http") throw new Error("the target of this test is none");
	const target = TARGET;
	repeat("http", iterations, seed, () => {
		const text = latin1(mutate(random, bytesOf(response(random)), random.oneIn(3) ? 0 : random.below(5)));
		return [
			text,
			() => {
				const cut = random.below(text.length + 1);
				const early = parseHttpResponse(text.slice(0, cut), false);
				const whole = parseHttpResponse(text, true);
				if (whole === null) throw new Error("what has ended is neither whole nor broken");
				if (early === "broken" && whole !== "broken") throw new Error("broken, and then not");
				if (whole === "broken") return;
				if (!(whole.status >= 100 && whole.status <= 599)) throw new Error(`status ${whole.status}`);
				if (whole.body.length > MOST_BODY_BYTES) throw new Error("a body beyond its bound");
				if (early !== null && early !== "broken" && early.complete && early.body !== whole.body)
					throw new Error("a complete body grows");
				const verdict = judgeHttpResponse(whole, target, "example.com", random.below(3));
				if (verdict.kind === "good" && whole.status !== 204) throw new Error("good without its status");
			},
		];
	});
}

/** Targets: what is taken has a family and is asked by a method; hosts stay hosts. */
export function fuzzTargets(iterations: number, seed: number): void {
	const random = seededRandom(seed);
	const seeds = [
		"tcp://203.0.113.1:80#send=a%0d&expect=b",
		"dns://[2001:db8::1]:53/example.com?type=AAAA#expect=::1&tcp",
		"http://user@host.example:8080/a?b=c#status=204&body=%41",
		"https://host.example/#ca=/etc/own&insecure",
		"script:/etc/x#timeout=3",
		"gateway",
		"nd://fe80::1",
	];
	repeat("probe-target", iterations, seed, () => {
		const text = latin1(mutate(random, bytesOf(random.pick(seeds)), random.below(6)));
		return [
			text,
			() => {
				const target = parseProbeTarget(text);
				isSameSite(text, "example.com");
				if (target === null) return;
				if (familiesOfTarget(target).length === 0) throw new Error("no family");
				if ("host" in target && /[\s/#?@]/.test(target.host)) throw new Error(`host ${target.host}`);
				if ("port" in target && !(target.port >= 1 && target.port <= 65_535))
					throw new Error(`port ${target.port}`);
				if (target.method === "http" && /[\s]/.test(target.path))
					throw new Error("a blank in the request line");
			},
		];
	});
}

function response(random: Random): string {
	const lines = [
		`HTTP/1.${random.below(2)} ${random.pick(["200", "204", "301", "302", "511", "500", "100", "99"])} Text`,
	];
	const isChunked = random.oneIn(3);
	const body = "x".repeat(random.below(40));
	if (isChunked) lines.push("Transfer-Encoding: chunked");
	else if (random.oneIn(2))
		lines.push(`Content-Length: ${random.oneIn(4) ? random.below(1e6) : body.length}`);
	if (random.oneIn(3))
		lines.push(
			`Location: ${random.pick(["/a", "https://example.com/", "//portal/", "http://10.0.0.1:80/?x"])}`,
		);
	if (random.oneIn(3)) lines.push("Server: lab");
	const data = isChunked ? `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n` : body;
	return `${lines.join(random.oneIn(5) ? "\n" : "\r\n")}\r\n\r\n${data}`;
}

function bytesOf(text: string): Uint8Array {
	return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function latin1(bytes: Uint8Array): string {
	return String.fromCharCode(...bytes);
}

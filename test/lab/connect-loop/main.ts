// node connect-loop.mjs ADDRESS PORT EVERY_MS TIMEOUT_MS: opens a TCP connection every EVERY_MS until stdin ends and
// prints one JSON line (an Attempt) for each when it is decided.
import { connect } from "node:net";
import { beOutside } from "../priority.ts";
import type { Attempt } from "./attempt.ts";

const [address = "", port = "", everyMs = "", timeoutMs = ""] = process.argv.slice(2);
beOutside();

/** CLOCK_MONOTONIC, as performance.now() is in the process that reads this, but with one origin for all. */
function monotonicMs(): number {
	return Number(process.hrtime.bigint() / 1000n) / 1000;
}

function attempt(number: number): void {
	const startMs = monotonicMs();
	const result: Attempt = { number, startMs, tookMs: null, source: null, error: null };
	const socket = connect({ host: address, port: Number(port) });
	let answer = "";
	socket.setTimeout(Number(timeoutMs), () => socket.destroy(new Error("timed out")));
	socket.on("connect", () => {
		result.tookMs = monotonicMs() - startMs;
	});
	socket.on("data", (data) => {
		answer += data.toString();
	});
	socket.on("error", (error: NodeJS.ErrnoException) => {
		result.error = error.code ?? error.message;
	});
	socket.on("close", () => {
		result.source = answer.trim() || null;
		process.stdout.write(`${JSON.stringify(result)}\n`);
	});
}

const firstMs = monotonicMs();
let started = 0;
let timer: NodeJS.Timeout;

/** Keeps to the grid: a late start does not move the next one. */
function tick(): void {
	attempt(started);
	started += 1;
	timer = setTimeout(tick, Math.max(0, firstMs + started * Number(everyMs) - monotonicMs()));
}

tick();
process.stdin.resume();
process.stdin.on("end", () => clearTimeout(timer));

import { parseValue } from "polywan-core/config/datatype";
import type { Model } from "polywan-core/config/model";
import { isHttpTarget, parseProbeTarget } from "polywan-core/health/probe-target";
import { monotonicMs } from "polywan-runtime/clock";
import { isTerminal, writeStderr } from "polywan-runtime/program";
import { describeProbeError, type ProberOptions } from "../probe/prober.ts";
import { measureSpeed, type Speed } from "../probe/speed.ts";
import { callDaemon } from "./daemon-client.ts";
import { renderBytes } from "./duration.ts";
import { complain, print, printJson } from "./print.ts";
import { chooseProber } from "./uplink-prober.ts";
import { EXIT, type Given, UsageError, type Verb } from "./verb.ts";

const LONGEST_MS = 10_000;
const MOST_BYTES = 250_000_000;
const LINE_MS = 1000;

export const speedtestVerb: Verb = {
	name: "speedtest",
	usage: "<uplink> [--seconds <n>] [--cap <bytes>] [--family ipv4|ipv6] [--progress] [--json]",
	help: "measure how fast an uplink is",
	details:
		"Downloads option speedtest_url of the globals section and sends to speedtest_upload_url, through the uplink itself, each for at most ten seconds or 250 MB. Put the result into options download and upload of the uplink. Other traffic of the line takes its part. With --progress a line each second tells how it goes.",
	options: ["seconds=", "cap=", "family=", "progress", "json"],
	mostArguments: 1,
	run: async (given) => {
		const [name] = given.words;
		if (name === undefined) throw new UsageError("which uplink?");
		const limits = readLimits(given);
		const prober = await chooseProber(given, name);
		const { globals } = (await callDaemon("config")) as unknown as Pick<Model, "globals">;
		const { downloadUrl, uploadUrl } = globals.speedtest;
		if (downloadUrl === null && uploadUrl === null)
			return fail("there is nothing to measure by; set option speedtest_url of the globals section");
		try {
			const download = await measure(prober, "download", downloadUrl, limits);
			const upload = await measure(prober, "upload", uploadUrl, limits);
			if (given.options.has("json"))
				printJson({ uplink: name, download: toJson(download), upload: toJson(upload) });
			else print(renderSpeed("download", download) + renderSpeed("upload", upload));
			return EXIT.ok;
		} catch (error) {
			return fail(describeProbeError(error));
		}
	},
};

interface Limits {
	readonly longestMs: number;
	readonly mostBytes: number;
	/** A line of progress at least that long after the one before; null: where a terminal shows it. */
	readonly lineMs: number | null;
}

function measure(
	prober: ProberOptions,
	direction: "download" | "upload",
	url: string | null,
	limits: Limits,
): Promise<Speed | null> {
	const target = url === null ? null : parseProbeTarget(url);
	if (!isHttpTarget(target)) return Promise.resolve(null);
	const { lineMs } = limits;
	let toldMs = monotonicMs();
	return measureSpeed(prober, {
		direction,
		target,
		...limits,
		onProgress: (bitsPerSecond, bytes) => {
			const line = `${direction} ${renderRate(bitsPerSecond)}, ${renderBytes(bytes)}`;
			if (lineMs === null) {
				if (isTerminal(2)) writeStderr(`\r${line}\u001b[K`);
			} else if (monotonicMs() - toldMs >= lineMs) {
				toldMs = monotonicMs();
				print(`${line} so far`);
			}
		},
	}).finally(() => {
		if (lineMs === null && isTerminal(2)) writeStderr("\r\u001b[K");
	});
}

function readLimits({ options }: Given): Limits {
	const seconds = parseValue(
		{ kind: "integer", min: 1, max: 120 },
		String(options.get("seconds") ?? LONGEST_MS / 1000),
	);
	const cap = parseValue({ kind: "bytes" }, String(options.get("cap") ?? MOST_BYTES));
	if (typeof seconds !== "number") throw new UsageError("'--seconds' must be from 1 to 120");
	if (typeof cap !== "number" || cap < 1)
		throw new UsageError("'--cap' must be a number of bytes such as 50M");
	const lineMs = options.has("progress") && !options.has("json") ? LINE_MS : null;
	return { longestMs: seconds * 1000, mostBytes: cap, lineMs };
}

function toJson(speed: Speed | null): object | null {
	if (speed === null) return null;
	const { bitsPerSecond, bytes, tookMs } = speed;
	return { bits_per_second: bitsPerSecond, bytes, took_ms: Math.round(tookMs) };
}

function renderSpeed(direction: string, speed: Speed | null): string {
	if (speed === null) return "";
	const { bitsPerSecond, bytes, tookMs } = speed;
	return `${direction} ${renderRate(bitsPerSecond)} (${renderBytes(bytes)} in ${(tookMs / 1000).toFixed(1)} s)\n`;
}

function renderRate(bitsPerSecond: number): string {
	return bitsPerSecond >= 1e9
		? `${(bitsPerSecond / 1e9).toFixed(2)} Gbit/s`
		: `${(bitsPerSecond / 1e6).toFixed(bitsPerSecond < 1e7 ? 2 : 1)} Mbit/s`;
}

function fail(message: string): number {
	complain(message);
	return EXIT.problem;
}

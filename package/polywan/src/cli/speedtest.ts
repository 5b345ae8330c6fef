import { parseValue } from "polywan-core/config/datatype";
import type { Model } from "polywan-core/config/model";
import { type HttpTarget, parseProbeTarget } from "polywan-core/health/probe-target";
import type { FamilyStatus, Status, UplinkStatus } from "polywan-core/status";
import { interfaceIndex } from "polywan-runtime/interface";
import { isTerminal, writeStderr } from "polywan-runtime/program";
import { describeProbeError, type ProberOptions } from "../probe/prober.ts";
import { measureSpeed, type Speed } from "../probe/speed.ts";
import { callDaemon } from "./daemon-client.ts";
import { renderBytes } from "./duration.ts";
import { complain, print, printJson } from "./print.ts";
import { EXIT, type Given, UsageError, type Verb } from "./verb.ts";

const LONGEST_MS = 10_000;
const MOST_BYTES = 250_000_000;

export const speedtestVerb: Verb = {
	name: "speedtest",
	usage: "<uplink> [--seconds <n>] [--cap <bytes>] [--family ipv4|ipv6] [--json]",
	help: "measure how fast an uplink is",
	details:
		"Downloads option speedtest_url of the globals section and sends to speedtest_upload_url, through the uplink itself, each for at most ten seconds or 250 MB. Put the result into options download and upload of the uplink. Other traffic of the line takes its part.",
	options: ["seconds=", "cap=", "family=", "json"],
	mostArguments: 1,
	run: async (given) => {
		const [name] = given.words;
		if (name === undefined) throw new UsageError("which uplink?");
		const limits = readLimits(given);
		const { uplinks } = (await callDaemon("uplinks")) as unknown as Pick<Status, "uplinks">;
		const uplink = uplinks.find((entry) => entry.name === name);
		if (uplink === undefined) return fail(`there is no uplink '${name}'; \`polywan uplinks\` lists them`);
		const family = readFamily(given, uplink);
		if (family === null) return fail(`${name} has no link in this family`);
		const { globals } = (await callDaemon("config")) as unknown as Pick<Model, "globals">;
		const { downloadUrl, uploadUrl } = globals.speedtest;
		if (downloadUrl === null && uploadUrl === null)
			return fail("there is nothing to measure by; set option speedtest_url of the globals section");
		const prober = proberOptions(uplink, family);
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
}

function measure(
	prober: ProberOptions,
	direction: "download" | "upload",
	url: string | null,
	limits: Limits,
): Promise<Speed | null> {
	const target = url === null ? null : parseProbeTarget(url);
	if (target?.method !== "http") return Promise.resolve(null);
	const http: HttpTarget = target;
	return measureSpeed(prober, {
		direction,
		target: http,
		...limits,
		onProgress: (bitsPerSecond, bytes) => {
			if (isTerminal(2))
				writeStderr(`\r${direction} ${renderRate(bitsPerSecond)}, ${renderBytes(bytes)}\u001b[K`);
		},
	}).finally(() => {
		if (isTerminal(2)) writeStderr("\r\u001b[K");
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
	return { longestMs: seconds * 1000, mostBytes: cap };
}

/** The one asked for, else IPv4 where there is a link. Null: there is none. */
function readFamily({ options }: Given, uplink: UplinkStatus): "ipv4" | "ipv6" | null {
	const wanted = options.get("family");
	if (wanted !== undefined && wanted !== "ipv4" && wanted !== "ipv6")
		throw new UsageError("'--family' must be ipv4 or ipv6");
	const order: readonly ("ipv4" | "ipv6")[] = wanted === undefined ? ["ipv4", "ipv6"] : [wanted];
	return order.find((family) => (uplink[family]?.device ?? "") !== "") ?? null;
}

function proberOptions(uplink: UplinkStatus, family: "ipv4" | "ipv6"): ProberOptions {
	const { device, addresses, gateway, dns_servers: dnsServers } = uplink[family] as FamilyStatus;
	return {
		uplink: uplink.name,
		family: family === "ipv4" ? 4 : 6,
		device,
		ifindex: interfaceIndex(device),
		mark: Number(uplink.mark),
		addresses,
		gateway,
		dnsServers,
		payloadBytes: 0,
		onReply: () => {},
		onFailure: () => {},
	};
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

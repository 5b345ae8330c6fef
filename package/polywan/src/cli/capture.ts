import { parseValue } from "polywan-core/config/datatype";
import { CAPTURE_BYTES, CAPTURE_SECONDS, filterProblem } from "polywan-core/tool/request";
import { appendFile, removeFile, stat, writeFile } from "polywan-runtime/file";
import { isTerminal, writeStdout } from "polywan-runtime/program";
import { onSignal } from "polywan-runtime/signal";
import { hasTool, packageOf } from "../apply/tool.ts";
import { Capture, type CaptureEnd } from "../capture/capture.ts";
import { renderBytes } from "./duration.ts";
import { complain, print } from "./print.ts";
import { chooseProber, RefusedError, readNumber } from "./uplink-prober.ts";
import { EXIT, type Given, UsageError, type Verb } from "./verb.ts";

const TELL_MS = 1000;

export const captureVerb: Verb = {
	name: "capture",
	usage: "<uplink> [file] [--filter <expression>] [--size <bytes>] [--seconds <n>] [--family ipv4|ipv6]",
	help: "packets of an uplink's device, by tcpdump",
	details: `Ends after ${CAPTURE_SECONDS.usual} seconds or ${renderBytes(CAPTURE_BYTES.usual)}, at most ${CAPTURE_SECONDS.max} and ${renderBytes(CAPTURE_BYTES.max)}. Without a file the capture goes to
standard output, for \`ssh router polywan capture wan | wireshark -k -i -\`. A file is for its owner's eyes alone.`,
	options: ["filter=", "size=", "seconds=", "family="],
	mostArguments: 2,
	run: async (given) => {
		const [name, file] = given.words;
		if (name === undefined) throw new UsageError("which uplink?");
		if (file === undefined && isTerminal(1))
			throw new UsageError("a capture is no text; name a file, or redirect it");
		const limits = readLimits(given);
		if (!hasTool("tcpdump")) throw new RefusedError(`tcpdump is missing: install ${packageOf("tcpdump")}`);
		const { device } = await chooseProber(given, name);
		return file === undefined ? captureToOutput(device, limits) : captureToFile(device, limits, file, name);
	},
};

interface Limits {
	readonly filter: string;
	readonly mostBytes: number;
	readonly longestMs: number;
}

async function captureToOutput(device: string, limits: Limits): Promise<number> {
	const end = await run(new Capture({ device, ...limits, onBytes: (bytes) => writeStdout(bytes) }));
	if (end.trouble !== null) complain(end.trouble);
	return end.trouble === null ? EXIT.ok : EXIT.problem;
}

async function captureToFile(device: string, limits: Limits, file: string, uplink: string): Promise<number> {
	makePrivateFile(file);
	const capture = new Capture({ device, ...limits, onBytes: (bytes) => appendFile(file, bytes, 0o600) });
	print(`${uplink} (${device})${limits.filter === "" ? "" : `: ${limits.filter}`}`);
	let told = 0;
	const ticker = setInterval(() => {
		if (capture.packets > told) print(`${renderAmount(capture)} so far`);
		told = capture.packets;
	}, TELL_MS);
	const end = await run(capture);
	clearInterval(ticker);
	if (end.trouble !== null) {
		removeFile(file);
		throw new RefusedError(end.trouble);
	}
	print(`${renderAmount(end)}: ${ENDS[end.why]}`);
	return EXIT.ok;
}

/** A file that others may read already is not written to: another one takes its place. Throws RefusedError. */
function makePrivateFile(file: string): void {
	if (stat(file)?.isFile === false) throw new RefusedError(`${file} is there, and no plain file`);
	removeFile(file);
	writeFile(file, "", 0o600);
}

const ENDS: Readonly<Record<CaptureEnd["why"], string>> = {
	time: "the time is over",
	size: "the file is full",
	stopped: "stopped",
	ended: "tcpdump ended",
};

/** Until it ends, or somebody ends this program. */
async function run(capture: Capture): Promise<CaptureEnd> {
	const stops = (["SIGINT", "SIGTERM"] as const).map((name) => onSignal(name, () => capture.stop()));
	const end = await capture.done();
	for (const stop of stops) stop();
	return end;
}

function renderAmount({ packets, bytes }: Pick<CaptureEnd, "packets" | "bytes">): string {
	return `${packets} ${packets === 1 ? "packet" : "packets"}, ${renderBytes(bytes)}`;
}

function readLimits(given: Given): Limits {
	const filter = String(given.options.get("filter") ?? "");
	const problem = filterProblem(filter);
	if (problem !== null) throw new UsageError(`'--filter' ${problem}`);
	const size = parseValue({ kind: "bytes" }, String(given.options.get("size") ?? CAPTURE_BYTES.usual));
	if (typeof size !== "number" || size < CAPTURE_BYTES.min || size > CAPTURE_BYTES.max)
		throw new UsageError(
			`'--size' must be from ${renderBytes(CAPTURE_BYTES.min)} to ${renderBytes(CAPTURE_BYTES.max)}`,
		);
	return { filter, mostBytes: size, longestMs: readNumber(given, "seconds", CAPTURE_SECONDS) * 1000 };
}

import type { ConnectionPage, ConnectionStatus, Status } from "polywan-core/status";
import { isTerminal, terminalSize } from "polywan-runtime/program";
import type { BlobTable } from "ubus-js/codec";
import { type Marks, parseCriteria, parsePaging, SelectionError } from "../connections/selection.ts";
import { callDaemon } from "./daemon-client.ts";
import { renderBytes, renderDuration } from "./duration.ts";
import { print, printJson } from "./print.ts";
import { renderTable } from "./table.ts";
import { EXIT, type Given, UsageError, type Verb } from "./verb.ts";

const REFRESH_MS = 2000;
/** Lines of a screen that are no connection: the header, the sum, and the cursor's. */
const OTHER_LINES = 4;
const OPTIONS: readonly (readonly [option: string, argument: string])[] = [
	["uplink", "uplink"],
	["family", "family"],
	["proto", "protocol"],
	["source", "source"],
	["source-port", "source_port"],
	["destination", "destination"],
	["port", "destination_port"],
	["sort", "sort"],
	["offset", "offset"],
	["limit", "limit"],
];

export const connectionsVerb: Verb = {
	name: "connections",
	usage: "[kill] [--uplink <name>] [--source <net>] [--destination <net>] [--proto <p>] [--port <n>] …",
	help: "live connections: uplink, rule, bytes, age; or end some of them",
	details: `Which: --uplink, --family ipv4|ipv6, --proto, --source, --source-port, --destination, --port (of the destination).
How: --sort bytes|packets|age (bytes), --reverse, --limit (50, at most 1000), --offset, --json, --watch.
With kill, those that are meant end: connection tracking forgets them, and both ends of TCP connections are reset (option
reset_connections of globals). It wants to know which, or --all. Bytes and ages are known where option accounting of globals is on, for connections younger than that.`,
	options: [...OPTIONS.map(([option]) => `${option}=`), "reverse", "json", "watch", "all"],
	mostArguments: 1,
	firstWords: ["kill"],
	run: async (given) => {
		const [word] = given.words;
		if (word !== undefined && word !== "kill") throw new UsageError(`unexpected '${word}'`);
		const args = await readArguments(given);
		if (word === "kill") return kill(args, given);
		if (given.options.has("watch")) return watch(args, given);
		await show(args, given.options.has("json"));
		return EXIT.ok;
	},
};

async function show(args: BlobTable, json: boolean, isScreen = false): Promise<void> {
	const page = (await callDaemon("connections", args)) as unknown as ConnectionPage;
	if (json) printJson(page);
	else print(`${isScreen ? "\u001b[H\u001b[2J" : ""}${renderPage(page)}`);
}

/** Until Ctrl-C. */
async function watch(args: BlobTable, given: Given): Promise<never> {
	const isScreen = isTerminal(1) && !given.options.has("json");
	const rows = (terminalSize(1)?.rows ?? 0) - OTHER_LINES;
	const limited = isScreen && args.limit === undefined && rows > 0 ? { ...args, limit: rows } : args;
	for (;;) {
		await show(limited, given.options.has("json"), isScreen);
		await new Promise<void>((resolve) => setTimeout(resolve, REFRESH_MS));
	}
}

async function kill(args: BlobTable, given: Given): Promise<number> {
	const all = given.options.has("all");
	const { sort, reverse, offset, limit, ...criteria } = args;
	const ofShowing = ["sort", "reverse", "offset", "limit", "watch"].find((name) => given.options.has(name));
	if (ofShowing !== undefined)
		throw new UsageError(`'--${ofShowing}' is for showing: with kill, all connections that are meant end`);
	if (!all && Object.keys(criteria).length === 0)
		throw new UsageError("which connections? Name an uplink, an address, …, or say --all");
	const families = all && criteria.family === undefined ? ["ipv4", "ipv6"] : [criteria.family];
	let killed = 0;
	for (const family of families) {
		const one = family === undefined ? criteria : { ...criteria, family };
		killed += Number((await callDaemon("connections_kill", one)).killed);
	}
	if (given.options.has("json")) printJson({ killed });
	else print(`${killed} ${killed === 1 ? "connection was" : "connections were"} ended.`);
	return EXIT.ok;
}

/** The arguments of the ubus methods. What they would refuse is said here, where there are words for it. */
async function readArguments({ options }: Given): Promise<BlobTable> {
	const args: BlobTable = {};
	for (const [option, argument] of OPTIONS) {
		const value = options.get(option);
		if (typeof value === "string") args[argument] = /^\d+$/.test(value) ? Number(value) : value;
	}
	for (const name of ["uplink", "protocol"]) if (args[name] !== undefined) args[name] = String(args[name]);
	if (options.has("reverse")) args.reverse = true;
	try {
		parseCriteria(args, await readMarks(args));
		parsePaging(args);
	} catch (error) {
		throw error instanceof SelectionError ? new UsageError(error.message) : error;
	}
	return args;
}

/** The names alone: the daemon knows the marks. */
async function readMarks({ uplink }: BlobTable): Promise<Marks> {
	if (uplink === undefined) return { uplinks: [], markMask: 0 };
	const { uplinks } = (await callDaemon("uplinks")) as unknown as Pick<Status, "uplinks">;
	return { uplinks: uplinks.map(({ name }) => ({ name, mark: 0 })), markMask: 0 };
}

function renderPage({ total, offset, accounting, connections }: ConnectionPage): string {
	const header = ["PROTO", "SOURCE", "DESTINATION", "UPLINK", "RULE", "STATE", "SENT", "RECEIVED", "AGE"];
	const shown = connections.length === total ? "" : ` (${renderExtent(offset, connections.length)} shown)`;
	const hint = accounting ? "" : "; bytes and ages are not kept (option accounting of globals)";
	const sum = `${total} ${total === 1 ? "connection" : "connections"}${shown}${hint}\n`;
	return connections.length === 0 ? sum : `${renderTable(header, connections.map(renderRow))}${sum}`;
}

function renderExtent(offset: number, count: number): string {
	return count === 0 ? "none" : `${offset + 1} to ${offset + count}`;
}

function renderRow(connection: ConnectionStatus): string[] {
	return [
		connection.protocol,
		renderEnd(connection.source, connection.source_port),
		renderEnd(connection.destination, connection.destination_port),
		connection.uplink ?? "-",
		connection.rule ?? "",
		connection.state,
		renderBytes(connection.sent_bytes),
		renderBytes(connection.received_bytes),
		connection.age_s === null ? "" : renderDuration(connection.age_s * 1000),
	];
}

function renderEnd(address: string, port: number): string {
	if (port === 0) return address;
	return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

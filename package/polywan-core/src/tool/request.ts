import { parseAddress } from "../address.ts";

// What somebody may have the router do to look into an uplink. Nothing of it ever reaches a shell; what is checked here becomes
// arguments of a program.

export const TOOL_KINDS = ["ping", "traceroute", "dns", "speedtest", "stun", "capture", "support"] as const;
export type ToolKind = (typeof TOOL_KINDS)[number];

/** Of `dns`; without one addresses are asked for, or the name of an address. */
export const RECORD_TYPES = ["A", "AAAA", "CNAME", "MX", "NS", "TXT", "SRV", "SOA", "PTR", "CAA", "HTTPS"];

export const CAPTURE_BYTES = { min: 10_000, usual: 1_000_000, max: 8_000_000 } as const;
export const CAPTURE_SECONDS = { min: 1, usual: 30, max: 300 } as const;
const LONGEST_FILTER = 256;
const LONGEST_NAME = 253;
const LONGEST_UPLINK = 64;

export interface ToolRequest {
	readonly kind: ToolKind;
	/** Null for support alone. */
	readonly uplink: string | null;
	/** Address or name of a host: of ping, traceroute and dns. */
	readonly host: string | null;
	/** Null: what the host has, or the uplink. */
	readonly family: "ipv4" | "ipv6" | null;
	/** Of dns. */
	readonly recordType: string | null;
	/** Of capture, as pcap-filter(7) has it; empty: everything. */
	readonly filter: string;
	readonly bytes: number;
	readonly seconds: number;
}

/** What was asked for cannot be; the message names the argument. */
export class ToolRequestError extends Error {}

/** Whether something is asked of a host. */
export function wantsHost(kind: ToolKind): boolean {
	return kind === "ping" || kind === "traceroute" || kind === "dns";
}

/** Why a text is neither an address nor the name of a host; null: it is one. */
export function hostProblem(text: string): string | null {
	if (parseAddress(text) !== null) return null;
	const labels = text.replace(/\.$/, "").split(".");
	const isName =
		text.length <= LONGEST_NAME &&
		labels.every((label) => /^[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/.test(label)) &&
		!/^[0-9.]+$/.test(text);
	return isName ? null : "must be an address or the name of a host, such as 192.0.2.1 or example.com";
}

/** Why a text is no filter for packets; null: as far as can be told without tcpdump it is one. */
export function filterProblem(text: string): string | null {
	if (text.length > LONGEST_FILTER) return `must have ${LONGEST_FILTER} characters at most`;
	if (text.startsWith("-") || !/^[\w .:/()[\]<>=!&|+*%^~,\\-]*$/.test(text))
		return "must be a filter as tcpdump takes it, such as host 192.0.2.1 and not port 22";
	return null;
}

/** Throws ToolRequestError. What a kind does not use is left out. */
export function parseToolRequest(args: Readonly<Record<string, unknown>>): ToolRequest {
	const kind = TOOL_KINDS.find((name) => name === args.kind);
	if (kind === undefined) throw new ToolRequestError(`kind must be one of ${TOOL_KINDS.join(", ")}`);
	const filter = kind === "capture" ? textOf(args, "filter") : "";
	refuse("filter", filterProblem(filter));
	return {
		kind,
		uplink: kind === "support" ? null : parseUplink(args),
		host: wantsHost(kind) ? parseHost(args) : null,
		family: parseFamily(args),
		recordType: kind === "dns" ? parseRecordType(args) : null,
		filter,
		bytes: parseNumber(args, "bytes", CAPTURE_BYTES),
		seconds: parseNumber(args, "seconds", CAPTURE_SECONDS),
	};
}

function parseUplink(args: Readonly<Record<string, unknown>>): string {
	const name = textOf(args, "uplink");
	const isName = /^[A-Za-z0-9_.@][A-Za-z0-9_.@-]*$/.test(name) && name.length <= LONGEST_UPLINK;
	refuse("uplink", isName ? null : "must be the name of an uplink");
	return name;
}

function parseHost(args: Readonly<Record<string, unknown>>): string {
	const host = textOf(args, "host");
	refuse("host", hostProblem(host));
	return host;
}

function parseFamily(args: Readonly<Record<string, unknown>>): ToolRequest["family"] {
	const family = textOf(args, "family");
	if (family === "ipv4" || family === "ipv6") return family;
	refuse("family", family === "" ? null : "must be ipv4 or ipv6");
	return null;
}

function parseRecordType(args: Readonly<Record<string, unknown>>): string | null {
	const type = textOf(args, "type").toUpperCase();
	if (type === "") return null;
	refuse("type", RECORD_TYPES.includes(type) ? null : `must be one of ${RECORD_TYPES.join(", ")}`);
	return type;
}

function parseNumber(
	args: Readonly<Record<string, unknown>>,
	name: string,
	{ min, usual, max }: { readonly min: number; readonly usual: number; readonly max: number },
): number {
	const given = args[name];
	if (given === undefined) return usual;
	const value = typeof given === "bigint" ? Number(given) : given;
	if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return value;
	throw new ToolRequestError(`${name} must be a whole number from ${min} to ${max}`);
}

function textOf(args: Readonly<Record<string, unknown>>, name: string): string {
	const value = args[name] ?? "";
	if (typeof value !== "string") throw new ToolRequestError(`${name} must be a text`);
	return value.trim();
}

function refuse(argument: string, problem: string | null): void {
	if (problem !== null) throw new ToolRequestError(`${argument} ${problem}`);
}

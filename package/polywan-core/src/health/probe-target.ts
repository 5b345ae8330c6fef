import { familyOf, parseAddress, renderAddress } from "../address.ts";
import type { Family } from "../family.ts";
import { type DnsType, parseDnsType } from "./probe-dns.ts";

/** How a target is asked. */
export type ProbeMethod = "ping" | "arp" | "tcp" | "dns" | "http" | "https" | "script" | "plugin";

/** What one probe of an uplink asks, and what counts as an answer. */
export type ProbeTarget =
	| { readonly method: "ping"; readonly address: string }
	/** Neighbour resolution (ARP, or neighbour discovery for IPv6); null: the link's gateway. */
	| { readonly method: "arp"; readonly address: string | null }
	| TcpTarget
	| DnsTarget
	| HttpTarget
	| { readonly method: "script"; readonly path: string; readonly timeoutMs: number }
	| PluginTarget;

/** A program that stays and is asked again and again, by JSON lines. */
export interface PluginTarget {
	readonly method: "plugin";
	/** A file in the folder of plugins. */
	readonly program: string;
	/** What it is told besides; empty: nothing. */
	readonly argument: string;
	readonly timeoutMs: number;
	/** Of its address space. */
	readonly memoryMb: number;
}

/** Whether answers come from a program, which takes its time. */
export function isProgram(method: ProbeMethod): boolean {
	return method === "script" || method === "plugin";
}

export interface TcpTarget {
	readonly method: "tcp";
	/** Address or name. */
	readonly host: string;
	readonly port: number;
	/** Sent once connected; null: nothing. */
	readonly send: string | null;
	/** Must occur in what comes back; null: to be connected is enough. */
	readonly expect: string | null;
}

export interface DnsTarget {
	readonly method: "dns";
	/** Address of the server; null: the servers the link gives. */
	readonly server: string | null;
	readonly port: number;
	readonly name: string;
	readonly type: DnsType;
	/** A record that must be in the answer, as text; null: any answer without an error. */
	readonly expect: string | null;
	readonly overTcp: boolean;
}

export interface HttpTarget {
	readonly method: "http" | "https";
	/** Of https; null: of http. */
	readonly tls: TlsDemand | null;
	readonly host: string;
	readonly port: number;
	/** With its query. */
	readonly path: string;
	/** Status wanted; null: 200–299, or a redirect to the same site. */
	readonly status: number | null;
	/** "Name: value", or "Name" alone; null: none is asked for. */
	readonly header: string | null;
	/** Text that must occur in the body. */
	readonly body: string | null;
	/** Redirects that are followed. */
	readonly redirects: number;
}

/** How the server's certificate is looked at. */
export interface TlsDemand {
	/** File or folder of the authorities' certificates; null: those of the system. */
	readonly authorities: string | null;
	/** Any certificate will do. */
	readonly insecure: boolean;
}

/** Where a plain address is asked over TCP: what public resolvers have open. */
const TCP_PORT = 53;
const HTTP_PORT = 80;
const HTTPS_PORT = 443;
const DNS_PORT = 53;
/** What a plain address is asked over DNS: a name that exists and is short; its servers are everywhere. */
const DNS_NAME = ".";
const SCRIPT_TIMEOUT_MS = 5000;
const PLUGIN_MEMORY_MB = 32;
const MOST_REDIRECTS = 10;
/** A status that no portal gives by chance: what the connectivity checks of phones ask for. */
const NO_CONTENT_PATH = /generate_204$/;

const HOST = /^[A-Za-z0-9]([A-Za-z0-9_.-]{0,252})$/;

/**
 * "192.0.2.1" is pinged, "gateway" resolved as a neighbour, and URIs name what else is asked, with conditions behind a `#`:
 * tcp://host:port#send=text&expect=text, dns://server/name?type=A#expect=192.0.2.1&tcp, dns:name for the link's own servers,
 * http://host/path#status=204&header=name:value&body=text&redirects=3, the same with https and #ca=/path&insecure for the certificate,
 * script:/path#timeout=5, plugin:name?argument#timeout=5&memory=32. Null: none of these.
 */
export function parseProbeTarget(text: string): ProbeTarget | null {
	if (text === "gateway") return { method: "arp", address: null };
	const address = parseAddress(text);
	if (address !== null) return { method: "ping", address: renderAddress(address) };
	const [, scheme = "", rest = "", , fragment = ""] = /^([a-z]+):([^#]*)(#(.*))?$/s.exec(text) ?? [];
	const conditions = parseConditions(fragment);
	if (conditions === null) return null;
	switch (scheme) {
		case "ping":
			return parsePing(rest, conditions);
		case "arp":
		case "nd":
			return parseNeighbour(rest, scheme, conditions);
		case "tcp":
			return parseTcp(rest, conditions);
		case "dns":
			return parseDns(rest, conditions);
		case "http":
		case "https":
			return parseHttp(scheme, rest, conditions);
		case "script":
			return parseScript(rest, conditions);
		case "plugin":
			return parsePlugin(rest, conditions);
		default:
			return null;
	}
}

export function isHttpTarget(target: ProbeTarget | null): target is HttpTarget {
	return target?.method === "http" || target?.method === "https";
}

/** IP versions a target can be asked in: both for names, and for what is not asked by address. */
export function familiesOfTarget(target: ProbeTarget): readonly Family[] {
	const address = addressOf(target);
	return address === null || parseAddress(address) === null ? [4, 6] : [familyOf(address)];
}

/** How targets given as plain addresses are asked by another method: the URI. Null: that method asks no addresses. */
export function renderForMethod(address: string, method: ProbeMethod): string | null {
	const host = address.includes(":") ? `[${address}]` : address;
	switch (method) {
		case "ping":
			return address;
		case "tcp":
			return `tcp://${host}:${TCP_PORT}`;
		case "dns":
			return `dns://${host}/${DNS_NAME}?type=NS`;
		case "http":
		case "https":
			return `${method}://${host}/`;
		default:
			return null;
	}
}

/** Fewest ms between two probes of this kind, and longest it may take; null: whatever the uplink's options say. */
export function paceOfTarget(text: string): { readonly restMs: number; readonly timeoutMs: number | null } {
	const target = parseProbeTarget(text);
	switch (target?.method) {
		case "script":
			return { restMs: 5000, timeoutMs: target.timeoutMs };
		case "plugin":
			return { restMs: 1000, timeoutMs: target.timeoutMs };
		case "http":
			return { restMs: 2000, timeoutMs: 3000 };
		// A handshake costs a small router a tenth of a second of its processor.
		case "https":
			return { restMs: 5000, timeoutMs: 4000 };
		default:
			return { restMs: 0, timeoutMs: null };
	}
}

type Conditions = ReadonlyMap<string, string>;

function parsePing(rest: string, conditions: Conditions): ProbeTarget | null {
	const address = parseAddress(unbracketed(rest.replace(/^\/\//, "")));
	return address === null || conditions.size > 0 ? null : { method: "ping", address: renderAddress(address) };
}

function parseNeighbour(rest: string, scheme: string, conditions: Conditions): ProbeTarget | null {
	const text = unbracketed(rest.replace(/^\/\//, ""));
	if (conditions.size > 0) return null;
	if (text === "gateway") return { method: "arp", address: null };
	const address = parseAddress(text);
	if (address === null || address.family !== (scheme === "arp" ? 4 : 6)) return null;
	return { method: "arp", address: renderAddress(address) };
}

function parseTcp(rest: string, conditions: Conditions): TcpTarget | null {
	const authority = parseAuthority(rest, null);
	if (authority === null || authority.after !== "" || !hasOnly(conditions, ["send", "expect"])) return null;
	const { host, port } = authority;
	return {
		method: "tcp",
		host,
		port,
		send: conditions.get("send") ?? null,
		expect: conditions.get("expect") ?? null,
	};
}

function parseDns(rest: string, conditions: Conditions): DnsTarget | null {
	if (!hasOnly(conditions, ["expect", "tcp"])) return null;
	const authority = rest.startsWith("//") ? parseAuthority(rest, DNS_PORT) : null;
	if (rest.startsWith("//") && (authority === null || parseAddress(authority.host) === null)) return null;
	const question = authority === null ? `/${rest}` : authority.after;
	const [, name = "", , typeText = "A"] =
		/^\/([A-Za-z0-9_.-]{1,253})(\?type=([A-Za-z0-9]+))?$/.exec(question) ?? [];
	const type = parseDnsType(typeText);
	if (name === "" || type === null || (name !== "." && /^\.|\.\.|[^.]{64}/.test(name))) return null;
	return {
		method: "dns",
		server: authority?.host ?? null,
		port: authority?.port ?? DNS_PORT,
		name,
		type,
		expect: conditions.get("expect") ?? null,
		overTcp: conditions.has("tcp"),
	};
}

function parseHttp(scheme: "http" | "https", rest: string, conditions: Conditions): HttpTarget | null {
	const tls = scheme === "http" ? null : parseTlsDemand(conditions);
	const authority = parseAuthority(rest, scheme === "http" ? HTTP_PORT : HTTPS_PORT);
	const known = ["status", "header", "body", "redirects", ...(tls === null ? [] : ["ca", "insecure"])];
	if (authority === null || tls === undefined || !hasOnly(conditions, known)) return null;
	const path = authority.after === "" ? "/" : authority.after.replace(/^\?/, "/?");
	const status = parseCount(conditions.get("status"), 100, 599);
	const redirects = parseCount(conditions.get("redirects"), 0, MOST_REDIRECTS);
	// A request line has neither blanks nor control characters (RFC 9112, 3).
	if (status === undefined || redirects === undefined || !/^\/[!-~]*$/.test(path)) return null;
	return {
		method: scheme,
		tls,
		host: authority.host,
		port: authority.port,
		path,
		status: status ?? (NO_CONTENT_PATH.test(path) ? 204 : null),
		header: conditions.get("header") ?? null,
		body: conditions.get("body") ?? null,
		redirects: redirects ?? 0,
	};
}

/** Undefined: it is not allowed. */
function parseTlsDemand(conditions: Conditions): TlsDemand | undefined {
	const authorities = conditions.get("ca") ?? null;
	if (authorities !== null && !authorities.startsWith("/")) return undefined;
	return { authorities, insecure: conditions.has("insecure") };
}

function parseScript(rest: string, conditions: Conditions): ProbeTarget | null {
	const path = rest.replace(/^\/\/(?=\/)/, "");
	const seconds = parseCount(conditions.get("timeout"), 1, 60);
	if (!path.startsWith("/") || seconds === undefined || !hasOnly(conditions, ["timeout"])) return null;
	return { method: "script", path, timeoutMs: seconds === null ? SCRIPT_TIMEOUT_MS : seconds * 1000 };
}

function parsePlugin(rest: string, conditions: Conditions): PluginTarget | null {
	const [, program = "", , argument = ""] = /^([A-Za-z0-9][\w.-]{0,63})(\?([ -~]{0,200}))?$/.exec(rest) ?? [];
	const seconds = parseCount(conditions.get("timeout"), 1, 60);
	const memory = parseCount(conditions.get("memory"), 1, 1024);
	if (program === "" || seconds === undefined || memory === undefined) return null;
	if (!hasOnly(conditions, ["timeout", "memory"])) return null;
	const timeoutMs = seconds === null ? SCRIPT_TIMEOUT_MS : seconds * 1000;
	return { method: "plugin", program, argument, timeoutMs, memoryMb: memory ?? PLUGIN_MEMORY_MB };
}

/** "//host:port/rest"; `usualPort` null: the port must be given. */
function parseAuthority(
	text: string,
	usualPort: number | null,
): { readonly host: string; readonly port: number; readonly after: string } | null {
	const found = /^\/\/(\[[0-9A-Fa-f:.]+\]|[^/?:[\]]+)(?::(\d{1,5}))?([/?].*)?$/s.exec(text);
	if (found === null) return null;
	const [, hostText = "", portText, after = ""] = found;
	const bare = unbracketed(hostText);
	const address = parseAddress(bare);
	if (address === null && (bare !== hostText || !HOST.test(bare))) return null;
	const port = portText === undefined ? usualPort : Number(portText);
	if (port === null || port < 1 || port > 65_535) return null;
	return { host: address === null ? bare.toLowerCase() : renderAddress(address), port, after };
}

function unbracketed(text: string): string {
	return text.startsWith("[") && text.endsWith("]") ? text.slice(1, -1) : text;
}

function parseConditions(fragment: string): Conditions | null {
	const conditions = new Map<string, string>();
	for (const part of fragment.split("&")) {
		if (part === "") continue;
		const [, name = "", , value = ""] = /^([a-z]+)(=(.*))?$/s.exec(part) ?? [];
		const text = decodePercent(value);
		if (name === "" || text === null || conditions.has(name)) return null;
		conditions.set(name, text);
	}
	return conditions;
}

/** %0d is a carriage return and so on (RFC 3986, 2.1); null where a % is not followed by two hex digits. */
function decodePercent(text: string): string | null {
	try {
		return decodeURIComponent(text);
	} catch {
		return null;
	}
}

function hasOnly(conditions: Conditions, known: readonly string[]): boolean {
	return [...conditions.keys()].every((name) => known.includes(name));
}

/** Null: not given; undefined: no whole number in the range. */
function parseCount(text: string | undefined, min: number, max: number): number | null | undefined {
	if (text === undefined) return null;
	const value = /^\d{1,4}$/.test(text) ? Number(text) : -1;
	return value >= min && value <= max ? value : undefined;
}

function addressOf(target: ProbeTarget): string | null {
	switch (target.method) {
		case "ping":
		case "arp":
			return target.address;
		case "dns":
			return target.server;
		case "tcp":
		case "http":
		case "https":
			return target.host;
		case "script":
		case "plugin":
			return null;
	}
}

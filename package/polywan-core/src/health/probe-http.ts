import type { HttpTarget } from "./probe-target.ts";

// HTTP/1.1 (RFC 9112) as far as a probe needs it.

/** More than this of a body, or of headers, is not looked at. */
const MOST_HEADER_BYTES = 16 * 1024;
export const MOST_BODY_BYTES = 64 * 1024;

export interface HttpResponse {
	readonly status: number;
	/** Names in lower case; of equal names the first. */
	readonly headers: ReadonlyMap<string, string>;
	/** At most MOST_BODY_BYTES; a byte is a character. */
	readonly body: string;
	/** Nothing more is to come. */
	readonly complete: boolean;
}

/** The request of a probe. A fresh connection each time: what is asked is whether one can be made. */
export function buildHttpRequest(
	{ host, port, path, tls }: Pick<HttpTarget, "host" | "port" | "path" | "tls">,
	agent: string,
): string {
	const name = host.includes(":") ? `[${host}]` : host;
	const usualPort = tls === null ? 80 : 443;
	return [
		`GET ${path} HTTP/1.1`,
		`Host: ${port === usualPort ? name : `${name}:${port}`}`,
		`User-Agent: ${agent}`,
		"Accept: */*",
		"Connection: close",
		"",
		"",
	].join("\r\n");
}

/** `text`: bytes as characters. Null: the headers are not all there yet; "broken": this is not HTTP. `ended`: the other side closed. */
export function parseHttpResponse(text: string, ended: boolean): HttpResponse | "broken" | null {
	if (!/^(HTTP\/|$)/.test(text.slice(0, 5)) && !"HTTP/".startsWith(text)) return "broken";
	const end = /\r?\n\r?\n/.exec(text.slice(0, MOST_HEADER_BYTES));
	if (end === null) return ended || text.length >= MOST_HEADER_BYTES ? "broken" : null;
	const [statusLine = "", ...lines] = text.slice(0, end.index).split(/\r?\n/);
	const status = /^HTTP\/1\.[01] ([1-5]\d\d)(?: |$)/.exec(statusLine)?.[1];
	if (status === undefined) return "broken";
	const after = end.index + end[0].length;
	// Interim answers come before the real one (RFC 9110, 15.2).
	if (status.startsWith("1") && status !== "101") return parseHttpResponse(text.slice(after), ended);
	const headers = parseHeaders(lines);
	return { status: Number(status), headers, ...readBody(text.slice(after), Number(status), headers, ended) };
}

function parseHeaders(lines: readonly string[]): ReadonlyMap<string, string> {
	const headers = new Map<string, string>();
	for (const line of lines) {
		const colon = line.indexOf(":");
		const name = line.slice(0, Math.max(0, colon)).trim().toLowerCase();
		if (name !== "" && !headers.has(name)) headers.set(name, line.slice(colon + 1).trim());
	}
	return headers;
}

function readBody(
	rest: string,
	status: number,
	headers: ReadonlyMap<string, string>,
	ended: boolean,
): { readonly body: string; readonly complete: boolean } {
	if (status === 204 || status === 304) return { body: "", complete: true };
	if (/\bchunked\b/i.test(headers.get("transfer-encoding") ?? "")) {
		const { body, complete } = readChunks(rest);
		return { body, complete: complete || ended || body.length >= MOST_BODY_BYTES };
	}
	const length = /^\d{1,15}$/.exec(headers.get("content-length") ?? "")?.[0];
	const wanted = Math.min(length === undefined ? MOST_BODY_BYTES : Number(length), MOST_BODY_BYTES);
	return { body: rest.slice(0, wanted), complete: ended || rest.length >= wanted };
}

function readChunks(text: string): { readonly body: string; readonly complete: boolean } {
	let body = "";
	let at = 0;
	while (body.length < MOST_BODY_BYTES) {
		const line = /^([0-9a-fA-F]{1,8})[^\r\n]{0,256}\r?\n/.exec(text.slice(at, at + 280));
		if (line === null) return { body, complete: false };
		const size = Number.parseInt(line[1] ?? "0", 16);
		if (size === 0) return { body, complete: true };
		at += line[0].length;
		body += text.slice(at, at + Math.min(size, MOST_BODY_BYTES - body.length));
		if (at + size > text.length) return { body, complete: false };
		at += size;
		at += text.startsWith("\r\n", at) ? 2 : 1;
	}
	return { body, complete: true };
}

export type HttpVerdict =
	| { readonly kind: "good" }
	| { readonly kind: "redirect"; readonly location: string }
	/** Somebody between here and the target answers for it. */
	| { readonly kind: "portal"; readonly reason: string }
	| { readonly kind: "bad"; readonly reason: string };

/** What a whole response means. `host`: who was asked; `followed`: redirects followed before. */
export function judgeHttpResponse(
	response: HttpResponse,
	target: HttpTarget,
	host: string,
	followed: number,
): HttpVerdict {
	const { status } = response;
	const location = response.headers.get("location") ?? "";
	const isRedirect = status >= 300 && status < 400 && location !== "";
	if (target.status === status || (target.status === null && status >= 200 && status < 300))
		return judgeContent(response, target);
	if (isRedirect && followed < target.redirects) return { kind: "redirect", location };
	// RFC 6585, 6: Network Authentication Required.
	if (status === 511) return { kind: "portal", reason: "the network wants a login (status 511)" };
	if (isRedirect) {
		if (!isSameSite(location, host))
			return { kind: "portal", reason: `redirected to ${shortened(location)}` };
		return target.status === null
			? { kind: "good" }
			: { kind: "bad", reason: `status ${status} instead of ${target.status}` };
	}
	// Asked for an empty page, given a full one.
	if (target.status === 204 && status === 200) return { kind: "portal", reason: "status 200 instead of 204" };
	return {
		kind: "bad",
		reason: `status ${status}${target.status === null ? "" : ` instead of ${target.status}`}`,
	};
}

/** The page is not the target's own: a portal answers with its own for everything. */
function judgeContent(response: HttpResponse, { header, body }: HttpTarget): HttpVerdict {
	if (header !== null && !hasHeader(response, header))
		return { kind: "portal", reason: `the answer has no header ${shortened(header)}` };
	if (body !== null && !response.body.includes(body))
		return { kind: "portal", reason: `the answer does not contain ${JSON.stringify(shortened(body))}` };
	return { kind: "good" };
}

function hasHeader({ headers }: HttpResponse, wanted: string): boolean {
	const colon = wanted.indexOf(":");
	const name = (colon < 0 ? wanted : wanted.slice(0, colon)).trim().toLowerCase();
	const value = headers.get(name);
	return value !== undefined && (colon < 0 || value.includes(wanted.slice(colon + 1).trim()));
}

/** Whether a redirect stays with the one who was asked: a path, https of the same name, or www. of it. */
export function isSameSite(location: string, host: string): boolean {
	if (!/^[A-Za-z][A-Za-z0-9+.-]*:|^\/\//.test(location)) return true;
	const [, authority = ""] = /^(?:https?:)?\/\/([^/?#]*)/i.exec(location) ?? [];
	const name = authority
		.replace(/^.*@/, "")
		.replace(/:\d*$/, "")
		.replace(/^\[|\]$/g, "")
		.toLowerCase();
	const bare = (text: string) => text.toLowerCase().replace(/^www\./, "");
	return name !== "" && bare(name) === bare(host);
}

function shortened(text: string): string {
	const printable = text.replace(/[^ -~]/g, "?");
	return printable.length > 80 ? `${printable.slice(0, 77)}...` : printable;
}

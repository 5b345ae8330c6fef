import { createReadStream, readdirSync, type Stats, statSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { escapeHtml, sendError } from "./error-page.ts";
import { mimeType } from "./mime.ts";

const othersMayRead = 0o004;

/** Sends a file as uhttpd does: ETag and Last-Modified, nothing about caching, never compressed. */
export function sendFile(
	request: IncomingMessage,
	response: ServerResponse,
	path: string,
	stat: Stats,
): void {
	if (!["GET", "HEAD", "POST", "OPTIONS"].includes(request.method ?? "")) {
		response.writeHead(405, "Method Not Allowed").end();
		return;
	}
	if ((stat.mode & othersMayRead) === 0) {
		sendError(
			response,
			403,
			"Forbidden",
			`You don't have permission to access ${request.url} on this server.`,
		);
		return;
	}
	const headers = { ETag: entityTag(stat), "Last-Modified": new Date(stat.mtimeMs).toUTCString() };
	const refused = checkConditions(request, stat, headers.ETag);
	if (refused !== null) {
		response.writeHead(refused, refused === 304 ? headers : {}).end();
		return;
	}
	response.writeHead(200, { ...headers, "Content-Type": mimeType(path), "Content-Length": stat.size });
	if (request.method === "HEAD") {
		response.end();
		return;
	}
	const stream = createReadStream(path);
	stream.on("error", () => response.destroy());
	stream.pipe(response);
}

/** Inode, size and time of change, in hexadecimal. */
export function entityTag(stat: Stats): string {
	const parts = [stat.ino, stat.size, Math.floor(stat.mtimeMs / 1000)];
	return `"${parts.map((part) => part.toString(16)).join("-")}"`;
}

/** 304 or 412, in the order uhttpd looks at the headers; null: send it. */
function checkConditions({ headers, method }: IncomingMessage, stat: Stats, tag: string): number | null {
	const changedS = Math.floor(stat.mtimeMs / 1000);
	const since = parseDate(headers["if-modified-since"]);
	if (since !== null && since >= changedS) return 304;
	if (headers["if-match"] !== undefined && !hasTag(headers["if-match"], tag)) return 412;
	if (headers["if-range"] !== undefined) return 412;
	const unless = parseDate(headers["if-unmodified-since"]);
	if (unless !== null && unless <= changedS) return 412;
	if (headers["if-none-match"] === undefined || !hasTag(headers["if-none-match"], tag)) return null;
	return method === "GET" || method === "HEAD" ? 304 : 412;
}

function hasTag(header: string, tag: string): boolean {
	return header.split(/[ ,]/).some((word) => word === "*" || word === tag);
}

/** Seconds since 1970. */
function parseDate(header: string | undefined): number | null {
	const ms = header === undefined ? Number.NaN : Date.parse(header);
	return Number.isNaN(ms) ? null : Math.floor(ms / 1000);
}

/** The page that lists a directory. */
export function sendDirectory(response: ServerResponse, path: string, name: string): void {
	const title = escapeHtml(name);
	const entries = readdirSync(path, { withFileTypes: true });
	const directoriesFirst = entries.sort(
		(a, b) => Number(b.isDirectory()) - Number(a.isDirectory()) || (a.name < b.name ? -1 : 1),
	);
	const items = directoriesFirst.map((entry) => {
		const slash = entry.isDirectory() ? "/" : "";
		const stat = statSync(`${path}/${entry.name}`, { throwIfNoEntry: false });
		const label = escapeHtml(entry.name) + slash;
		const size = `${((stat?.size ?? 0) / 1024).toFixed(2)} kbyte`;
		return `<li><strong><a href='${title.replace(/\/$/, "")}/${label}'>${label}</a></strong><br /><small>${size}</small></li>`;
	});
	response.writeHead(200, { "Content-Type": "text/html; charset=UTF-8" });
	response.end(
		`<html><head><title>Index of ${title}</title></head><body><h1>Index of ${title}</h1><hr /><ol>${items.join("")}</ol><hr /></body></html>`,
	);
}

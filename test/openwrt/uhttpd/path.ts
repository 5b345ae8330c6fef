import { type Stats, statSync } from "node:fs";
import { join } from "node:path/posix";

/** What a URL stands for below the docroot. */
export type Found =
	| { kind: "file"; path: string; name: string; info: string; stat: Stats }
	| { kind: "directory"; path: string; name: string; stat: Stats }
	| { kind: "redirect"; location: string };

/** Looks a URL up; the rest of a path behind a file is its `info`, for CGI. null: nothing there. */
export function findPath(docroot: string, url: string, indexes: readonly string[]): Found | null {
	const [encoded = "/", query] = splitQuery(url);
	const decoded = decodePath(encoded);
	if (decoded === null) return null;
	// join() resolves "..", and never above the root it is given here.
	const name = join("/", decoded);
	const parts = name.split("/");
	for (let length = parts.length; length > 1; length--) {
		const start = parts.slice(0, length).join("/");
		const path = `${docroot}${start}`;
		const stat = statPath(path);
		if (stat === undefined) continue;
		const info = parts.slice(length).join("/");
		if (stat.isFile()) return { kind: "file", path, name: start, info: info && `/${info}`, stat };
		if (!stat.isDirectory() || info !== "") return null;
		if (!decoded.endsWith("/"))
			return { kind: "redirect", location: `${name}/${query === "" ? "" : `?${query}`}` };
		return findIndex(path, start, indexes) ?? { kind: "directory", path, name: start, stat };
	}
	return null;
}

export function splitQuery(url: string): [path: string, query: string] {
	const mark = url.indexOf("?");
	return mark < 0 ? [url, ""] : [url.slice(0, mark), url.slice(mark + 1)];
}

/** undefined: not there, or something on the way is no directory. */
function statPath(path: string): Stats | undefined {
	try {
		return statSync(path);
	} catch {
		return undefined;
	}
}

function findIndex(directory: string, name: string, indexes: readonly string[]): Found | null {
	const base = directory.replace(/\/$/, "");
	for (const index of indexes) {
		const path = `${base}/${index}`;
		const stat = statPath(path);
		if (stat?.isFile())
			return { kind: "file", path, name: `${name.replace(/\/$/, "")}/${index}`, info: "", stat };
	}
	return null;
}

function decodePath(encoded: string): string | null {
	try {
		const decoded = decodeURIComponent(encoded);
		return decoded.includes("\0") ? null : decoded;
	} catch {
		return null;
	}
}

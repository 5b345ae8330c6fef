import { posix } from "node:path";

/** Without `.`, `..` and repeated slashes, as text: links are not followed. */
export function canonicalPath(path: string): string {
	const normal = posix.normalize(path);
	return normal.length > 1 && normal.endsWith("/") ? normal.slice(0, -1) : normal;
}

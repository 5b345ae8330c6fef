/** The types uhttpd knows; a module script has to be named .js, for .mjs is not among them. */
const types: readonly (readonly [ending: string, type: string])[] = [
	["txt", "text/plain"],
	["log", "text/plain"],
	["js", "text/javascript"],
	["css", "text/css"],
	["htm", "text/html"],
	["html", "text/html"],
	["bmp", "image/bmp"],
	["gif", "image/gif"],
	["png", "image/png"],
	["jpg", "image/jpeg"],
	["jpeg", "image/jpeg"],
	["svg", "image/svg+xml"],
	["json", "application/json"],
	["zip", "application/zip"],
	["pdf", "application/pdf"],
	["xml", "application/xml"],
	["sh", "application/x-shellscript"],
	["tar.gz", "application/x-compressed-tar"],
	["tgz", "application/x-compressed-tar"],
	["gz", "application/x-gzip"],
	["mp4", "video/mp4"],
	["manifest", "text/cache-manifest"],
];

export function mimeType(path: string): string {
	const lower = path.toLowerCase();
	const known = types.find(([ending]) => lower.endsWith(`.${ending}`) || lower.endsWith(`/${ending}`));
	return known?.[1] ?? "application/octet-stream";
}

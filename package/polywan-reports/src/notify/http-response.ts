/** The status of an HTTP/1.x response's first line (RFC 9112, 4); null when it is none. */
export function parseStatusLine(line: string): number | null {
	const [, digits] = /^HTTP\/1\.[01] ([1-5][0-9]{2})(?: .*)?$/.exec(line) ?? [];
	return digits === undefined ? null : Number(digits);
}

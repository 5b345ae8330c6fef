// UTF-8 for wire formats, by the platform's coder throughout: on QuickJS a loop over ten bytes costs more than it.

const encoder = new TextEncoder();
// A byte order mark is a character of the text like any other.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Writes `text` as UTF-8 at `offset`, where 3 bytes for each UTF-16 unit must be free. Returns the bytes written. */
export function writeText(into: Uint8Array, offset: number, text: string): number {
	const bytes = encoder.encode(text);
	into.set(bytes, offset);
	return bytes.length;
}

/** The text of bytes `start` to `end`; bytes that are not UTF-8 become U+FFFD. */
export function readText(from: Uint8Array, start: number, end: number): string {
	// A copy of the few bytes is cheaper on QuickJS than a view of them.
	return decoder.decode((from.buffer as ArrayBuffer).slice(from.byteOffset + start, from.byteOffset + end));
}

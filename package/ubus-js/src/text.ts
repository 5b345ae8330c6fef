// UTF-8 for wire formats. Per-byte loops are slow on QuickJS and TextDecoder has a fixed cost per call, so short
// ASCII, which is nearly everything on the bus, takes a loop and the rest takes the platform's coder.

const shortText = 40;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Writes `text` as UTF-8 at `offset`, where 3 bytes for each UTF-16 unit must be free. Returns the bytes written. */
export function writeText(into: Uint8Array, offset: number, text: string): number {
	const length = text.length;
	if (length > shortText) return writeLongText(into, offset, text);
	for (let i = 0; i < length; i++) {
		const unit = text.charCodeAt(i);
		if (unit > 0x7f) return i + writeLongText(into, offset + i, text.slice(i));
		into[offset + i] = unit;
	}
	return length;
}

function writeLongText(into: Uint8Array, offset: number, text: string): number {
	const bytes = encoder.encode(text);
	into.set(bytes, offset);
	return bytes.length;
}

/** The text of bytes `start` to `end`; bytes that are not UTF-8 become U+FFFD. */
export function readText(from: Uint8Array, start: number, end: number): string {
	if (end - start > shortText) return decoder.decode(from.subarray(start, end));
	let text = "";
	for (let i = start; i < end; i++) {
		const byte = from[i] as number;
		if (byte > 0x7f) return decoder.decode(from.subarray(start, end));
		text += String.fromCharCode(byte);
	}
	return text;
}

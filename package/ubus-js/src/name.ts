import { paddedLength } from "./blob.ts";
import { writeText } from "./text.ts";

/** Name length field of blobmsg: 16 bits. */
export const maxNameBytes = 0xffff;

const maxKept = 512;
const maxKeptLength = 40;
/** A program uses the same few names over and over. */
const kept = new Map<string, Uint8Array>();

/** A field's name as blobmsg has it: length, text, NUL, padding. null: it holds a NUL or is too long. */
export function encodeName(name: string): Uint8Array | null {
	const known = kept.get(name);
	if (known !== undefined) return known;
	const encoded = buildName(name);
	if (encoded !== null && kept.size < maxKept && name.length <= maxKeptLength) kept.set(name, encoded);
	return encoded;
}

function buildName(name: string): Uint8Array | null {
	const room = new Uint8Array(name.length * 3 + 6);
	const bytes = writeText(room, 2, name);
	if (bytes > maxNameBytes || name.includes("\0")) return null;
	new DataView(room.buffer).setUint16(0, bytes);
	return room.slice(0, paddedLength(2 + bytes + 1));
}

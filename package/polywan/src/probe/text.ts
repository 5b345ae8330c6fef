const encoder = new TextEncoder();
/** Arguments of one call. */
const PIECE = 2048;

/** A byte is a character. */
export function latin1Of(bytes: Uint8Array): string {
	let text = "";
	for (let at = 0; at < bytes.length; at += PIECE)
		text += String.fromCharCode(...bytes.subarray(at, at + PIECE));
	return text;
}

export function utf8Of(text: string): Uint8Array {
	return encoder.encode(text);
}

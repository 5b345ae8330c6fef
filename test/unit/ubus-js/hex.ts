/** Bytes written as hexadecimal, blanks ignored. */
export function parseHex(text: string): Uint8Array {
	return Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ""), "hex"));
}

export function renderHex(bytes: Uint8Array): string {
	return Buffer.from(bytes).toString("hex");
}

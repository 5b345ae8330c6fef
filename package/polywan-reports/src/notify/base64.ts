const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** RFC 4648, section 4, with padding. */
export function encodeBase64(bytes: Uint8Array): string {
	let text = "";
	for (let i = 0; i < bytes.length; i += 3) {
		const [a = 0, b = 0, c = 0] = bytes.subarray(i, i + 3);
		const word = (a << 16) | (b << 8) | c;
		const digits = [18, 12, 6, 0].map((shift) => DIGITS[(word >> shift) & 63] ?? "");
		const kept = Math.min(bytes.length - i, 3) + 1;
		text += digits.slice(0, kept).join("") + "=".repeat(4 - kept);
	}
	return text;
}

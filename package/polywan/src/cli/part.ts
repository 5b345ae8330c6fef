import { readFile } from "polywan-runtime/file";
import { writeStdout } from "polywan-runtime/program";
import { PART_BYTES } from "../tool/part.ts";
import { EXIT, UsageError, type Verb } from "./verb.ts";

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Does for the daemon what would take it too long. */
export const partVerb: Verb = {
	name: "__part",
	usage: "<file> <part>",
	help: "a part of a file in base64",
	options: [],
	mostArguments: 2,
	hidden: true,
	run: async ({ words: [file, part] }) => {
		if (file === undefined || !/^\d{1,6}$/.test(part ?? ""))
			throw new UsageError("which part of which file?");
		const start = Number(part) * PART_BYTES;
		writeStdout(encodeBase64(readFile(file).subarray(start, start + PART_BYTES)));
		return EXIT.ok;
	},
};

/** RFC 4648, section 4, with padding. */
function encodeBase64(bytes: Uint8Array): Uint8Array {
	const text = new Uint8Array(Math.ceil(bytes.length / 3) * 4);
	let at = 0;
	for (let i = 0; i < bytes.length; i += 3) {
		const word = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
		for (let shift = 18; shift >= 0; shift -= 6) text[at++] = DIGITS.charCodeAt((word >> shift) & 63);
	}
	const missing = (3 - (bytes.length % 3)) % 3;
	text.fill("=".charCodeAt(0), text.length - missing);
	return text;
}

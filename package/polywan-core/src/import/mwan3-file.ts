import { UciError, type UciPackage } from "uci-parser/config";
import { parsePackage } from "uci-parser/parse";
import type { ImportNote } from "./note.ts";

/** mwan3's file; where libuci would refuse it, everything but the lines with errors, and a note. */
export function parseMwan3File(text: string): { pkg: UciPackage; notes: readonly ImportNote[] } {
	try {
		return { pkg: parsePackage("mwan3", text), notes: [] };
	} catch (error) {
		if (!(error instanceof UciError)) throw error;
		const message = `lines cannot be read, and mwan3 cannot read this file at all: ${error.message}`;
		const note: ImportNote = { section: null, option: null, value: null, kind: "lost", message };
		return { pkg: parseRest(text), notes: [note] };
	}
}

/** What can be read; nothing of a file that is no text. */
function parseRest(text: string): UciPackage {
	try {
		return parsePackage("mwan3", text, { strict: false });
	} catch (error) {
		if (!(error instanceof UciError)) throw error;
		return { name: "mwan3", sections: [] };
	}
}

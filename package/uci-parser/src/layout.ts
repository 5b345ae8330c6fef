import { anonymousName } from "./name.ts";
import { type ReadOptions, readStatements } from "./statement.ts";

/** The stretch of a file that belongs to one `config` statement. All offsets are into the text. */
export interface Stretch {
	/** The section's name; a section written in two places has two stretches. */
	readonly section: string;
	/** Where the empty lines and comments directly above the statement begin. */
	readonly leadStart: number;
	readonly start: number;
	/** Behind the section's last statement. */
	bodyEnd: number;
	/** Where the next stretch begins, or the end of the file. */
	end: number;
}

/** Divides a file into its sections. What stands before the first stretch belongs to no section. */
export function readLayout(text: string, options: ReadOptions = {}): Stretch[] {
	const stretches: Stretch[] = [];
	const known = new Set<string>();
	const extend = (lineEnd: number) => {
		const last = stretches.at(-1);
		if (last) last.bodyEnd = lineEnd;
	};
	readStatements(
		text,
		{
			section(type, written, at) {
				const name = written === "" ? anonymousName(known.size + 1, type) : written;
				known.add(name);
				const leadStart = findLead(text, at.start, stretches.at(-1)?.bodyEnd ?? 0);
				stretches.push({ section: name, leadStart, start: at.start, bodyEnd: at.lineEnd, end: text.length });
			},
			option: (_name, _value, at) => extend(at.lineEnd),
			list: (_name, _value, at) => extend(at.lineEnd),
		},
		options,
	);
	stretches.forEach((stretch, index) => {
		stretch.end = stretches[index + 1]?.leadStart ?? text.length;
	});
	return stretches;
}

/** Goes up from a statement over its comment lines, then over empty lines, not beyond `floor`. */
function findLead(text: string, start: number, floor: number): number {
	const lineStart = text.lastIndexOf("\n", start - 1) + 1;
	if (lineStart < floor || text.slice(lineStart, start).trim() !== "") return start;
	const afterComments = climb(text, lineStart, floor, (line) => line.startsWith("#"));
	return climb(text, afterComments, floor, (line) => line === "");
}

function climb(text: string, from: number, floor: number, accepts: (line: string) => boolean): number {
	let lineStart = from;
	while (lineStart > floor) {
		const above = lineStart < 2 ? 0 : text.lastIndexOf("\n", lineStart - 2) + 1;
		if (above < floor || !accepts(text.slice(above, lineStart).trim())) break;
		lineStart = above;
	}
	return lineStart;
}

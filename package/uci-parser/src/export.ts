import type { UciPackage, UciSection, UciValue } from "./config.ts";

export interface ExportOptions {
	/** Begin with the `package` line (`uci export` does, a configuration file has none). */
	header?: boolean;
	/** Write generated names too (`uci -n export`). */
	nameAnonymous?: boolean;
}

/** The package as `uci export` prints it; without the header, as `uci commit` writes it. */
export function exportPackage(pkg: UciPackage, options: ExportOptions = {}): string {
	const parts = options.header === false ? [] : [`package ${escapeQuote(pkg.name)}\n`];
	for (const section of pkg.sections) parts.push(exportSection(section, options.nameAnonymous));
	parts.push("\n");
	return parts.join("");
}

/** One section, begun by an empty line. */
export function exportSection(section: UciSection, nameAnonymous = false): string {
	const named = nameAnonymous || !section.anonymous;
	let text = `\nconfig ${escapeQuote(section.type)}${named ? ` ${quote(section.name)}` : ""}\n`;
	for (const [name, value] of section.options) text += exportOption(name, value);
	return text;
}

function exportOption(name: string, value: UciValue): string {
	if (typeof value === "string") return `\toption ${name} ${quote(value)}\n`;
	return value.map((item) => `\tlist ${name} ${quote(item)}\n`).join("");
}

/** `it's` becomes `'it'\''s'`. */
export function quote(text: string): string {
	return `'${escapeQuote(text)}'`;
}

function escapeQuote(text: string): string {
	return text.includes("'") ? text.replaceAll("'", "'\\''") : text;
}

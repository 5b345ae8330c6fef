import type { UciPackage, UciSection, UciValue } from "./config.ts";
import { readLayout, type Stretch } from "./layout.ts";
import { parsePackage } from "./parse.ts";
import type { ReadOptions } from "./statement.ts";

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
function exportSection(section: UciSection, nameAnonymous = false): string {
	const named = nameAnonymous || !section.anonymous;
	let text = `\nconfig ${exportType(section.type)}${named ? ` ${quote(section.name)}` : ""}\n`;
	for (const [name, value] of section.options) text += exportOption(name, value);
	return text;
}

/** libuci writes types bare, also those that then read as something else: only these are quoted here. */
function exportType(type: string): string {
	return /['"#;\\]/.test(type) ? quote(type) : type;
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

/**
 * The text to write for `pkg` where the file now holds `text`: sections that did not change stay as they stand,
 * with their comments; changed and new ones are written the way libuci does. A file that cannot keep its form, e.g.
 * because a section's name depends on what was removed before it, is written anew. Throws UciError when `text`
 * is no UCI file.
 */
export function exportText(text: string, pkg: UciPackage, options: ReadOptions = {}): string {
	const before = parsePackage(pkg.name, text, options);
	if (sameSections(before.sections, pkg.sections)) return text;
	const kept = arrange(text, before, pkg, readLayout(text, options));
	const again = parsePackage(pkg.name, kept, { ...options, strict: false });
	const isFaithful = sameSections(again.sections, pkg.sections);
	return isFaithful ? kept : exportPackage(pkg, { header: false });
}

function arrange(text: string, before: UciPackage, after: UciPackage, layout: readonly Stretch[]): string {
	const byName = new Map<string, Stretch[]>();
	for (const stretch of layout) {
		const known = byName.get(stretch.section);
		if (known) known.push(stretch);
		else byName.set(stretch.section, [stretch]);
	}
	const old = new Map(before.sections.map((section) => [section.name, section]));
	const parts = [text.slice(0, layout[0]?.leadStart ?? text.length)];
	for (const section of after.sections) {
		const stretches = byName.get(section.name) ?? [];
		const original = old.get(section.name);
		const isUntouched = original !== undefined && sameSection(original, section);
		const piece = isUntouched
			? stretches.map((each) => text.slice(each.leadStart, each.end)).join("")
			: rewrite(text, section, stretches);
		const last = parts.at(-1) ?? "";
		parts.push(last === "" || last.endsWith("\n") ? piece : `\n${piece}`);
	}
	return parts.join("");
}

/** A changed section keeps the comments around it; those between its options go. */
function rewrite(text: string, section: UciSection, [first]: readonly Stretch[]): string {
	const fresh = exportSection(section);
	if (!first) return fresh;
	const lead = text.slice(first.leadStart, first.start);
	const tail = text.slice(first.bodyEnd, first.end);
	return `${lead}${fresh.slice(1)}${tail}`;
}

function sameSections(a: readonly UciSection[], b: readonly UciSection[]): boolean {
	return a.length === b.length && a.every((section, i) => sameWritten(section, b[i]));
}

function sameWritten(a: UciSection, b: UciSection | undefined): boolean {
	if (b === undefined || a.anonymous !== b.anonymous) return false;
	return (a.anonymous || a.name === b.name) && sameSection(a, b);
}

function sameSection(a: UciSection, b: UciSection): boolean {
	if (a.type !== b.type || a.anonymous !== b.anonymous) return false;
	const ours = writtenOptions(a);
	const theirs = writtenOptions(b);
	return (
		ours.length === theirs.length &&
		ours.every(([name, value], i) => name === theirs[i]?.[0] && sameValue(value, theirs[i]?.[1]))
	);
}

/** An empty list leaves nothing in the file. */
function writtenOptions(section: UciSection): [string, UciValue][] {
	return [...section.options].filter(([, value]) => typeof value === "string" || value.length > 0);
}

function sameValue(a: UciValue, b: UciValue | undefined): boolean {
	if (typeof a === "string" || typeof b === "string" || b === undefined) return a === b;
	return a.length === b.length && a.every((item, i) => item === b[i]);
}

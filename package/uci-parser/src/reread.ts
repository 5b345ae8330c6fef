import { UciError, type UciPackage, type UciSection } from "./config.ts";
import { anonymousName } from "./name.ts";
import { parsePackage } from "./parse.ts";

/** Where a line begins a section in the usual way. Any other way only means that nothing of it is kept. */
const SECTION_START = /\nconfig[ \t]/g;
/** A backslash at the end joins a line with what follows. */
const JOINED = /\\\r?\n$/;

/**
 * Reads one configuration file again and again, as `parsePackage` does: sections whose text is as it was are the very same objects, and
 * are not read anew.
 */
export class PackageReader {
	readonly #name: string;
	#known: ReadonlyMap<string, UciSection> = new Map();

	constructor(name: string) {
		this.#name = name;
	}

	/** Throws UciError. */
	read(text: string): UciPackage {
		const sections = this.#readParts(splitSections(text));
		if (sections !== null) return { name: this.#name, sections, made: sections.length };
		this.#known = new Map();
		return parsePackage(this.#name, text);
	}

	/** Null where the whole has to be read as one: an error's place, a section written in two parts, two in one part. */
	#readParts(parts: readonly string[]): readonly UciSection[] | null {
		const known = new Map<string, UciSection>();
		const names = new Set<string>();
		const sections: UciSection[] = [];
		for (let at = 0; at < parts.length; ) {
			const end = this.#endOfUnknown(parts, at);
			const found = end > at ? this.#parseParts(parts.slice(at, end)) : this.#recall(parts[at] ?? "");
			if (found === null) return null;
			for (const section of found) {
				const named = withName(section, sections.length);
				if (names.has(named.name)) return null;
				names.add(named.name);
				sections.push(named);
				known.set(parts[at++] ?? "", named);
			}
		}
		this.#known = known;
		return sections;
	}

	#endOfUnknown(parts: readonly string[], start: number): number {
		let end = start;
		while (end < parts.length && !this.#known.has(parts[end] ?? "")) end++;
		return end;
	}

	#recall(part: string): readonly UciSection[] | null {
		const section = this.#known.get(part);
		return section === undefined ? null : [section];
	}

	/** One section for each part, or null. */
	#parseParts(parts: readonly string[]): readonly UciSection[] | null {
		if (parts.some((part) => JOINED.test(part))) return null;
		try {
			const { sections } = parsePackage(this.#name, parts.join(""));
			return sections.length === parts.length ? sections : null;
		} catch (error) {
			if (error instanceof UciError) return null;
			throw error;
		}
	}
}

/** What is before the first section belongs to it. */
function splitSections(text: string): readonly string[] {
	const parts: string[] = [];
	let start = 0;
	let isFirst = !/^config[ \t]/.test(text);
	for (const { index } of text.matchAll(SECTION_START)) {
		if (isFirst) isFirst = false;
		else {
			parts.push(text.slice(start, index + 1));
			start = index + 1;
		}
	}
	parts.push(text.slice(start));
	return parts;
}

/** An anonymous section is called after its place. */
function withName(section: UciSection, place: number): UciSection {
	if (!section.anonymous) return section;
	const name = anonymousName(place + 1, section.type);
	return section.name === name ? section : { ...section, name };
}

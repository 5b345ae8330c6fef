import { findSection, type UciPackage, type UciSection, type UciValue } from "./config.ts";
import { anonymousName, isType } from "./name.ts";

/** A change that libuci refuses; the messages are its own. */
export class UciChangeError extends Error {
	readonly code: "notFound" | "invalid";

	constructor(code: "notFound" | "invalid") {
		super(code === "notFound" ? "Entry not found" : "Invalid argument");
		this.name = "UciChangeError";
		this.code = code;
	}
}

// Each function takes a package and returns the changed one; it returns the very same object where nothing changes.

/** Appends an anonymous section and tells its generated name. */
export function addSection(pkg: UciPackage, type: string): { pkg: UciPackage; name: string } {
	const name = anonymousName(sectionsMade(pkg) + 1, type);
	const section = { type, name, anonymous: true, options: new Map<string, UciValue>() };
	return { pkg: append(pkg, section), name };
}

/** Makes a named section, or gives an existing one another type. Throws UciChangeError for an impossible type. */
export function setSection(pkg: UciPackage, name: string, type: string): UciPackage {
	if (!isType(type)) throw new UciChangeError("invalid");
	const section = findSection(pkg, name);
	if (!section) return append(pkg, { type, name, anonymous: false, options: new Map() });
	if (section.type === type) return pkg;
	return replace(pkg, section, { ...section, type, anonymous: staysAnonymous(section, type) });
}

/**
 * libuci writes a type of equal length over the old one and makes a new section, by then a named one, for any other
 * (list.c, uci_set).
 */
export function staysAnonymous(section: UciSection, type: string): boolean {
	return section.anonymous && section.type.length === type.length;
}

/** Sets an option or a list in place, or appends it; an empty string or array deletes it. */
export function setOption(pkg: UciPackage, sectionName: string, option: string, value: UciValue): UciPackage {
	const section = findSection(pkg, sectionName);
	if (!section) throw new UciChangeError("invalid");
	const old = section.options.get(option);
	if (value.length === 0) return old === undefined ? pkg : deleteOption(pkg, sectionName, option);
	if (typeof value === "string" && value === old) return pkg;
	return withOptions(pkg, section, new Map(section.options).set(option, value));
}

/** Appends to a list; an option of that name becomes the list's first item. */
export function addListItem(pkg: UciPackage, sectionName: string, option: string, value: string): UciPackage {
	const section = findSection(pkg, sectionName);
	if (!section) throw new UciChangeError("invalid");
	const old = section.options.get(option) ?? [];
	const items = typeof old === "string" ? [old, value] : [...old, value];
	return withOptions(pkg, section, new Map(section.options).set(option, items));
}

/** Takes every equal item out of a list; what is no list stays. The list stays, even when empty, until a commit. */
export function deleteListItem(
	pkg: UciPackage,
	sectionName: string,
	option: string,
	value: string,
): UciPackage {
	const section = findSection(pkg, sectionName);
	if (!section) throw new UciChangeError("invalid");
	const old = section.options.get(option);
	if (old === undefined || typeof old === "string" || !old.includes(value)) return pkg;
	const items = old.filter((item) => item !== value);
	return withOptions(pkg, section, new Map(section.options).set(option, items));
}

/** Takes the item at an index (from 0) out of a list; beyond its end nothing changes. */
export function deleteListIndex(
	pkg: UciPackage,
	sectionName: string,
	option: string,
	index: number,
): UciPackage {
	const { section, value } = existingOption(pkg, sectionName, option);
	if (typeof value === "string" || index < 0 || index >= value.length) return pkg;
	return withOptions(pkg, section, new Map(section.options).set(option, value.toSpliced(index, 1)));
}

export function deleteOption(pkg: UciPackage, sectionName: string, option: string): UciPackage {
	const { section } = existingOption(pkg, sectionName, option);
	const options = new Map(section.options);
	options.delete(option);
	return withOptions(pkg, section, options);
}

export function deleteSection(pkg: UciPackage, sectionName: string): UciPackage {
	const section = existingSection(pkg, sectionName);
	return withSections(
		pkg,
		pkg.sections.filter((each) => each !== section),
	);
}

/** Gives a section a written name. libuci does not look whether the name is free: the next reading merges them. */
export function renameSection(pkg: UciPackage, sectionName: string, name: string): UciPackage {
	const section = existingSection(pkg, sectionName);
	return replace(pkg, section, { ...section, name, anonymous: false });
}

/** Renames an option in its place. Where the name is taken, the result is what reading the written file gives. */
export function renameOption(pkg: UciPackage, sectionName: string, option: string, name: string): UciPackage {
	const { section } = existingOption(pkg, sectionName, option);
	const options = new Map<string, UciValue>();
	for (const [key, value] of section.options) options.set(key === option ? name : key, value);
	return withOptions(pkg, section, options);
}

/** Moves a section to a position among all sections (from 0); beyond the end is the end. */
export function reorderSection(pkg: UciPackage, sectionName: string, position: number): UciPackage {
	const section = existingSection(pkg, sectionName);
	const sections = pkg.sections.filter((each) => each !== section);
	const target = Math.min(Math.max(position, 0), sections.length);
	if (pkg.sections[target] === section) return pkg;
	return withSections(pkg, sections.toSpliced(target, 0, section));
}

/** Marks a section as anonymous, as an `add` in a delta does. */
export function makeAnonymous(pkg: UciPackage, sectionName: string): UciPackage {
	const section = existingSection(pkg, sectionName);
	return section.anonymous ? pkg : replace(pkg, section, { ...section, anonymous: true });
}

function existingSection(pkg: UciPackage, name: string): UciSection {
	const section = findSection(pkg, name);
	if (!section) throw new UciChangeError("notFound");
	return section;
}

function existingOption(pkg: UciPackage, sectionName: string, option: string) {
	const section = existingSection(pkg, sectionName);
	const value = section.options.get(option);
	if (value === undefined) throw new UciChangeError("notFound");
	return { section, value };
}

function sectionsMade(pkg: UciPackage): number {
	return pkg.made ?? pkg.sections.length;
}

function append(pkg: UciPackage, section: UciSection): UciPackage {
	return { name: pkg.name, sections: [...pkg.sections, section], made: sectionsMade(pkg) + 1 };
}

function withSections(pkg: UciPackage, sections: readonly UciSection[]): UciPackage {
	return { name: pkg.name, sections, made: sectionsMade(pkg) };
}

function replace(pkg: UciPackage, old: UciSection, section: UciSection): UciPackage {
	return withSections(pkg, pkg.sections.with(pkg.sections.indexOf(old), section));
}

function withOptions(
	pkg: UciPackage,
	section: UciSection,
	options: ReadonlyMap<string, UciValue>,
): UciPackage {
	return replace(pkg, section, { ...section, options });
}

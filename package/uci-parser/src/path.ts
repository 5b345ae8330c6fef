import { findSection, type UciPackage, type UciSection } from "./config.ts";
import { isName, isText, isType } from "./name.ts";

/** `package[.section[.option]][=value]`, the way the uci command and delta lines address things. */
export interface UciPath {
	readonly package: string;
	/** A name, or `@type[index]`. */
	readonly section?: string;
	readonly option?: string;
	readonly value?: string;
}

/** Splits a path; null where libuci says "Parse error". */
export function parsePath(text: string): UciPath | null {
	const equals = text.indexOf("=");
	const value = equals === -1 ? undefined : text.slice(equals + 1);
	const [name = "", section, option, ...rest] = (equals === -1 ? text : text.slice(0, equals)).split(".");
	if (rest.length > 0 || !isType(name)) return null;
	if (option !== undefined && !isName(option)) return null;
	if (value !== undefined && !isText(value)) return null;
	return {
		package: name,
		...(section !== undefined && { section }),
		...(option !== undefined && { option }),
		...(value !== undefined && { value }),
	};
}

/**
 * The section a path means: by name, or by `@type[index]` (`@[index]` counts every type, a negative index counts
 * from the end). `undefined`: there is none. `null`: the reference is malformed, libuci's "Invalid argument".
 */
export function lookUpSection(pkg: UciPackage, reference: string): UciSection | undefined | null {
	if (isName(reference)) return findSection(pkg, reference);
	const match = /^@([^[]*)\[([^\]]*)\]$/.exec(reference);
	if (!match) return null;
	const [, type = "", indexText = ""] = match;
	if (!/^(\s*[+-]?\d+)?$/.test(indexText) || (type !== "" && !isType(type))) return null;
	const candidates = type === "" ? pkg.sections : pkg.sections.filter((section) => section.type === type);
	const index = Number(indexText);
	return candidates[index < 0 ? index + candidates.length : index];
}

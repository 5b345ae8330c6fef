import type { UciPackage, UciSection, UciValue } from "./config.ts";
import { quote } from "./export.ts";

export interface ShowOptions {
	/** Generated names (`cfg01e48a`) instead of `@type[index]` (`uci -X show`). */
	plainNames?: boolean;
	/** Between the items of a list, a space by default (`uci -d <text> show`). */
	delimiter?: string;
}

/** The package as `uci show <package>` prints it. The index of `@type[index]` counts named sections too. */
export function showPackage(pkg: UciPackage, options: ShowOptions = {}): string {
	const counts = new Map<string, number>();
	const parts: string[] = [];
	for (const section of pkg.sections) {
		const index = counts.get(section.type) ?? 0;
		counts.set(section.type, index + 1);
		const extended = section.anonymous && !options.plainNames;
		const name = extended ? `@${section.type}[${index}]` : section.name;
		parts.push(showSection(pkg.name, section, name, options.delimiter));
	}
	return parts.join("");
}

/** One section and its options under the name given. */
export function showSection(pkg: string, section: UciSection, name = section.name, delimiter = " "): string {
	let text = `${pkg}.${name}=${section.type}\n`;
	for (const [option, value] of section.options) {
		text += `${pkg}.${name}.${option}=${showValue(value, delimiter)}\n`;
	}
	return text;
}

/** A value quoted as `uci show` does: a string, or the items of a list with the delimiter between them. */
export function showValue(value: UciValue, delimiter = " "): string {
	return typeof value === "string" ? quote(value) : value.map(quote).join(delimiter);
}

/** A value as `uci get` prints it: list items are quoted only where they hold white space. */
export function plainValue(value: UciValue, delimiter = " "): string {
	if (typeof value === "string") return value;
	return value.map((item) => (/[ \t\r\n]/.test(item) ? quote(item) : item)).join(delimiter);
}

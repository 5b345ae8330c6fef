import type { UciPackage, UciSection } from "uci-parser/config";
import { anonymousName } from "uci-parser/name";
import { readStatements } from "uci-parser/statement";
import { CONFIG_NAME } from "./section-reader.ts";

interface OpenSection extends UciSection {
	readonly options: Map<string, string | string[]>;
}

/**
 * The sections of `/etc/config/polywan` for `parseModel`. Unlike libuci, which refuses the whole file when a policy has the
 * name of an uplink, it keeps both sections, so that the collision is a problem of one of them. Throws UciError where the
 * text is no UCI at all.
 */
export function readPackage(text: string): UciPackage {
	const sections: OpenSection[] = [];
	let current: OpenSection | undefined;
	readStatements(text, {
		check(command, at) {
			if (command !== "option" || current) return;
			throw at.reject("option/list command found before the first section");
		},
		section(type, written) {
			const anonymous = written === "";
			current = sections.find((section) => !anonymous && section.name === written && section.type === type);
			if (current) return;
			const name = anonymous ? anonymousName(sections.length + 1, type) : written;
			current = { type, name, anonymous, options: new Map() };
			sections.push(current);
		},
		option(name, value) {
			if (value !== "") current?.options.set(name, value);
		},
		list(name, value) {
			const known = current?.options.get(name);
			const before = known === undefined ? [] : typeof known === "string" ? [known] : known;
			current?.options.set(name, [...before, value]);
		},
	});
	return { name: CONFIG_NAME, sections };
}

import type { SectionTable } from "polywan-core/import/preview";
import { addSection, type ConfigPackage, type ConfigSection, freeName } from "../edit/config.ts";

/** Sections as they travel over the bus, as a configuration: those without a name get one, as whatever is staged has. */
export function toConfig(name: string, tables: readonly SectionTable[]): ConfigPackage {
	const named = tables.flatMap((table) => (table.name === null ? [] : [table.name]));
	const empty: ConfigPackage = { name, sections: [] };
	return tables.reduce((config, table, index) => {
		const section = table.name ?? freeNames(config, named, `${table.type}${index + 1}`);
		const added = addSection(config, table.type, section, table.options);
		return { ...added, sections: inOrder(added.sections, section) };
	}, empty);
}

/** As the file has them, not by type. */
function inOrder(sections: readonly ConfigSection[], last: string): readonly ConfigSection[] {
	const added = sections.find(({ name }) => name === last);
	return [...sections.filter((section) => section !== added), ...(added === undefined ? [] : [added])];
}

function freeNames(config: ConfigPackage, taken: readonly string[], wish: string): string {
	let name = freeName(config, wish);
	for (let i = 2; taken.includes(name); i++) name = freeName(config, `${wish}_${i}`);
	return name;
}

/** A section of /etc/config/polywan; a string is an option, an array a list. */
export interface ConfigSection {
	readonly type: string;
	readonly name: string;
	readonly anonymous: boolean;
	readonly options: ReadonlyMap<string, ConfigValue>;
}

export type ConfigValue = string | readonly string[];

export interface ConfigPackage {
	readonly name: string;
	readonly sections: readonly ConfigSection[];
}

// Each function below takes a package and returns the changed one.

export function findSection(config: ConfigPackage, name: string): ConfigSection | undefined {
	return config.sections.find((section) => section.name === name);
}

/** Finds the section of a package that has the same name and type, of many quickly. */
export function finderOf({ sections }: ConfigPackage): (section: ConfigSection) => ConfigSection | undefined {
	const known = new Map(sections.map((section) => [section.name, section]));
	return ({ name, type }) => {
		const found = known.get(name);
		return found?.type === type ? found : undefined;
	};
}

export function sectionsOf(config: ConfigPackage, type: string): readonly ConfigSection[] {
	return config.sections.filter((section) => section.type === type);
}

/** The values of an option, however it is written. */
export function valuesOf(section: ConfigSection, option: string): readonly string[] {
	const value = section.options.get(option);
	if (value === undefined) return [];
	return typeof value === "string" ? value.split(/\s+/).filter((word) => word !== "") : value;
}

/** The value of an option that is not a list; null when it is not written. */
export function textOf(section: ConfigSection, option: string): string | null {
	const value = section.options.get(option);
	return value === undefined ? null : typeof value === "string" ? value : value.join(" ");
}

/** An empty value takes the option away. */
export function setOption(
	config: ConfigPackage,
	section: string,
	option: string,
	value: ConfigValue,
): ConfigPackage {
	return withSections(
		config,
		config.sections.map((each) => {
			if (each.name !== section) return each;
			const options = new Map(each.options);
			if (value.length === 0) options.delete(option);
			else options.set(option, value);
			return { ...each, options };
		}),
	);
}

/** Adds a named section behind the last of its type. */
export function addSection(
	config: ConfigPackage,
	type: string,
	name: string,
	options: Readonly<Record<string, ConfigValue>> = {},
): ConfigPackage {
	const section = { type, name, anonymous: false, options: new Map(Object.entries(options)) };
	const last = config.sections.findLastIndex((each) => each.type === type);
	const at = last < 0 ? config.sections.length : last + 1;
	return withSections(config, config.sections.toSpliced(at, 0, section));
}

export function deleteSection(config: ConfigPackage, name: string): ConfigPackage {
	return withSections(
		config,
		config.sections.filter((section) => section.name !== name),
	);
}

/** Puts a section before or behind another one. */
export function moveSection(
	config: ConfigPackage,
	name: string,
	neighbour: string,
	behind: boolean,
): ConfigPackage {
	const section = findSection(config, name);
	if (section === undefined || name === neighbour) return config;
	const others = config.sections.filter((each) => each !== section);
	const index = others.findIndex((each) => each.name === neighbour);
	if (index < 0) return config;
	return withSections(config, others.toSpliced(behind ? index + 1 : index, 0, section));
}

/** A name made of the wish that no section has yet: letters, digits and _, as UCI wants. */
export function freeName(config: ConfigPackage, wish: string): string {
	const base = wish.replace(/[^A-Za-z0-9_]/g, "_");
	let name = base;
	for (let i = 2; findSection(config, name) !== undefined; i++) name = `${base}_${i}`;
	return name;
}

/** The answer of `uci get` for a whole package. */
export function parseConfig(name: string, values: unknown): ConfigPackage {
	const entries = Object.entries(isTable(values) ? values : {}).filter((entry): entry is [string, Table] =>
		isTable(entry[1]),
	);
	const sections = entries
		.sort(([, a], [, b]) => Number(a[".index"]) - Number(b[".index"]))
		.map(([key, section]) => ({
			type: String(section[".type"]),
			name: String(section[".name"] ?? key),
			anonymous: section[".anonymous"] === true,
			options: new Map(
				Object.entries(section)
					.filter(([option]) => !option.startsWith("."))
					.map(([option, value]): [string, ConfigValue] => [
						option,
						Array.isArray(value) ? value.map(String) : String(value),
					]),
			),
		}));
	return { name, sections };
}

type Table = { readonly [name: string]: unknown };

function isTable(value: unknown): value is Table {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

function withSections(config: ConfigPackage, sections: readonly ConfigSection[]): ConfigPackage {
	return { ...config, sections };
}

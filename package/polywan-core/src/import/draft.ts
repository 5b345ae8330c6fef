import type { UciSection, UciValue } from "uci-parser/config";
import { parseValue } from "../config/datatype.ts";
import type { OptionSchema, SectionSchema } from "../config/option-schema.ts";

/** The sections and options polywan understands; looked up by name, so that an importer uses what there is. */
export class KnownOptions {
	readonly #sections: ReadonlyMap<string, ReadonlyMap<string, OptionSchema>>;

	constructor(schema: readonly SectionSchema[]) {
		this.#sections = new Map(
			schema.map(({ type, options }) => [type, new Map(options.map((option) => [option.name, option]))]),
		);
	}

	hasSection(type: string): boolean {
		return this.#sections.has(type);
	}

	/** The first of the names that is an option of that section type. */
	find(type: string, ...names: readonly string[]): OptionSchema | null {
		const options = this.#sections.get(type);
		for (const name of names) {
			const found = options?.get(name);
			if (found !== undefined) return found;
		}
		return null;
	}

	/** Whether an option takes this text, alone or as an item of its list. */
	accepts(type: string, name: string, text: string): boolean {
		const option = this.find(type, name);
		return option !== null && parseValue(option.type, text) !== null;
	}

	/** Whether leaving the option out means the same. */
	isDefault(type: string, name: string, text: string): boolean {
		const option = this.find(type, name);
		if (option === null || typeof option.default !== "string") return false;
		return parseValue(option.type, option.default) === parseValue(option.type, text);
	}
}

/** A section of /etc/config/polywan in the making. */
export class Draft {
	readonly type: string;
	/** null: anonymous. */
	readonly name: string | null;
	readonly options = new Map<string, UciValue>();
	readonly #known: KnownOptions;

	constructor(type: string, name: string | null, known: KnownOptions) {
		this.type = type;
		this.name = name;
		this.#known = known;
	}

	/** Sets an option unless it says what the default says. False: polywan does not take it. */
	set(name: string, text: string): boolean {
		if (!this.#known.accepts(this.type, name, text)) return false;
		if (!this.#known.isDefault(this.type, name, text)) this.options.set(name, text);
		return true;
	}

	/** Appends to a list. False: polywan does not take it. */
	add(name: string, text: string): boolean {
		if (!this.#known.accepts(this.type, name, text)) return false;
		const items = this.list(name);
		if (!items.includes(text)) this.options.set(name, [...items, text]);
		return true;
	}

	list(name: string): readonly string[] {
		const value = this.options.get(name) ?? [];
		return typeof value === "string" ? [value] : value;
	}

	/** @param generatedName the name of an anonymous section. */
	finish(generatedName: string): UciSection {
		const { type, name, options } = this;
		return { type, name: name ?? generatedName, anonymous: name === null, options };
	}
}

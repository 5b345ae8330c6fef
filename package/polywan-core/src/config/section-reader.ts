import type { UciSection } from "uci-parser/config";
import type { DatatypeValue } from "./datatype.ts";
import { describeDatatype, parseValue } from "./datatype.ts";
import type { PortRange } from "./model.ts";
import type { Problem } from "./problem.ts";
import type { OptionSchema, SectionSchema } from "./schema.ts";
import { renderSuggestion } from "./suggestion.ts";

export const CONFIG_NAME = "polywan";

/** Values of a list, and those after `!`. */
interface List {
	readonly included: readonly DatatypeValue[];
	readonly excluded: readonly DatatypeValue[];
}

/** Reads one section as its schema says; what is wrong becomes a problem and the option takes its default. */
export class SectionReader {
	readonly name: string;
	readonly anonymous: boolean;
	/** False once an option without which the section makes no sense turned out unusable. */
	usable = true;
	readonly #schema: SectionSchema<string>;
	readonly #config: string;
	readonly #section: UciSection;
	readonly #problems: Problem[];
	readonly #lists = new Map<string, List>();

	/** `config`: the file's name, for its problems. */
	constructor(section: UciSection, schema: SectionSchema<string>, problems: Problem[], config = CONFIG_NAME) {
		this.#config = config;
		this.name = section.name;
		this.anonymous = section.anonymous;
		this.#schema = schema;
		this.#section = section;
		this.#problems = problems;
		const known = schema.options.map((option) => option.name);
		for (const name of section.options.keys()) {
			if (known.includes(name)) continue;
			const hint = renderSuggestion(name, known);
			this.report(name, this.#written(name).join(" "), `is not an option of ${schema.type}${hint}`);
		}
	}

	report(
		option: string | null,
		value: string | null,
		message: string,
		severity: Problem["severity"] = "error",
	): void {
		this.#problems.push({ config: this.#config, section: this.name, option, value, message, severity });
	}

	has(option: string): boolean {
		return this.#section.options.has(option);
	}

	boolean(option: string): boolean {
		return this.#single(option) === true;
	}

	/** For options with a default. */
	number(option: string): number {
		return Number(this.#single(option) ?? 0);
	}

	numberOrNull(option: string): number | null {
		const value = this.#single(option);
		return typeof value === "number" ? value : null;
	}

	string(option: string): string {
		return String(this.#single(option) ?? "");
	}

	stringOrNull(option: string): string | null {
		const value = this.#single(option);
		return typeof value === "string" ? value : null;
	}

	strings(option: string): string[] {
		return this.#list(option).included.map(String);
	}

	numbers(option: string): number[] {
		return this.#list(option).included.map(Number);
	}

	portRanges(option: string): PortRange[] {
		return this.#list(option).included.flatMap(portRangesOf);
	}

	/** Values after `!`. */
	excludedStrings(option: string): string[] {
		return this.#list(option).excluded.map(String);
	}

	excludedNumbers(option: string): number[] {
		return this.#list(option).excluded.map(Number);
	}

	excludedPortRanges(option: string): PortRange[] {
		return this.#list(option).excluded.flatMap(portRangesOf);
	}

	#option(name: string): OptionSchema {
		const found = this.#schema.options.find((option) => option.name === name);
		if (found === undefined) throw new Error(`the schema of ${this.#schema.type} has no option ${name}`);
		return found;
	}

	#written(name: string): readonly string[] {
		const value = this.#section.options.get(name);
		if (value === undefined) return [];
		return typeof value === "string" ? [value] : value;
	}

	#single(name: string): DatatypeValue | null {
		const option = this.#option(name);
		const written = this.#written(name);
		const fallback = typeof option.default === "string" ? parseValue(option.type, option.default) : null;
		if (written.length > 1) {
			this.#refuse(option, written.join(" "), "must be a single value");
			return fallback;
		}
		const text = written[0];
		if (text === undefined) return fallback;
		return this.#value(option, text.trim()) ?? fallback;
	}

	#list(name: string): List {
		const known = this.#lists.get(name);
		if (known !== undefined) return known;
		const list = this.#readList(this.#option(name));
		this.#lists.set(name, list);
		return list;
	}

	#readList(option: OptionSchema): List {
		const { name, type, essential, negatable } = option;
		const written = this.#written(name).join(" ");
		const texts = (negatable ? written.replace(/!\s+/g, "!") : written)
			.split(/\s+/)
			.filter((word) => word !== "");
		const list = { included: [] as DatatypeValue[], excluded: [] as DatatypeValue[] };
		for (const text of texts) {
			if (type.kind === "protocol" && (text === "all" || text === "any")) continue;
			const isExcluded = negatable && text.startsWith("!");
			const value = parseValue(type, isExcluded ? text.slice(1) : text);
			const values = isExcluded ? list.excluded : list.included;
			if (value === null) this.report(name, text, this.#requirement(option));
			else if (!values.includes(value)) values.push(value);
		}
		const meantNone = texts.every((text) => text === "all" || text === "any");
		const isEmpty = list.included.length + list.excluded.length === 0;
		// Without the values that could not be read it would match what was not meant.
		const lost = negatable && this.#isLess(list, texts);
		if (texts.length > 0 && essential && ((isEmpty && !meantNone) || lost)) this.usable = false;
		return list;
	}

	/** Whether all values of one sign were refused: then there is no such condition any more. */
	#isLess({ included, excluded }: List, texts: readonly string[]): boolean {
		const meant = texts.filter((text) => text !== "all" && text !== "any");
		const hasExcluded = meant.some((text) => text.startsWith("!"));
		const hasIncluded = meant.some((text) => !text.startsWith("!"));
		return (hasIncluded && included.length === 0) || (hasExcluded && excluded.length === 0);
	}

	#value(option: OptionSchema, text: string): DatatypeValue | null {
		const value = parseValue(option.type, text);
		if (value === null) this.#refuse(option, text, this.#requirement(option));
		return value;
	}

	#requirement(option: OptionSchema): string {
		return `must be ${describeDatatype(option.type)}`;
	}

	#refuse(option: OptionSchema, text: string, message: string): void {
		this.report(option.name, text, message);
		if (option.essential) this.usable = false;
	}
}

function portRangesOf(value: DatatypeValue): readonly PortRange[] {
	return Array.isArray(value) ? (value as readonly PortRange[]) : [];
}

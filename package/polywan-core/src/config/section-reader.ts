import type { UciSection } from "uci-parser/config";
import type { DatatypeValue } from "./datatype.ts";
import { describeDatatype, parseValue } from "./datatype.ts";
import type { OptionSchema, SectionSchema } from "./option-schema.ts";
import type { PortRange } from "./port-range.ts";
import type { Problem } from "./problem.ts";
import { renderOptionSuggestion } from "./suggestion.ts";

export const CONFIG_NAME = "polywan";

/** Values of a list, and those after `!`. */
interface List {
	readonly included: readonly DatatypeValue[];
	readonly excluded: readonly DatatypeValue[];
}

/** Most options of most sections are not written: all of them share these. */
const NONE: readonly never[] = [];
const EMPTY_LIST: List = { included: NONE, excluded: NONE };

/** A schema by the names of its options, with the values of their defaults. */
interface SchemaIndex {
	readonly names: readonly string[];
	readonly options: ReadonlyMap<string, OptionSchema>;
	readonly defaults: ReadonlyMap<string, DatatypeValue | null>;
}

const indexes = new WeakMap<SectionSchema<string>, SchemaIndex>();

function indexOf(schema: SectionSchema<string>): SchemaIndex {
	const known = indexes.get(schema);
	if (known !== undefined) return known;
	const { options } = schema;
	const index = {
		names: options.map(({ name }) => name),
		options: new Map(options.map((option) => [option.name, option])),
		defaults: new Map(
			options.map(({ name, type, default: text }) => [
				name,
				typeof text === "string" ? parseValue(type, text) : null,
			]),
		),
	};
	indexes.set(schema, index);
	return index;
}

/** Reads one section as its schema says; what is wrong becomes a problem and the option takes its default. */
export class SectionReader {
	readonly name: string;
	readonly anonymous: boolean;
	/** False once an option without which the section makes no sense turned out unusable. */
	usable = true;
	readonly #schema: SectionSchema<string>;
	readonly #index: SchemaIndex;
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
		this.#index = indexOf(schema);
		this.#section = section;
		this.#problems = problems;
		for (const name of section.options.keys()) {
			if (this.#index.options.has(name)) continue;
			const hint = renderOptionSuggestion(schema.type, name, this.#index.names);
			const left = schema.refusesUnknown ? this.#leftOut : "";
			this.report(name, this.#written(name).join(" "), `is not an option of ${schema.type}${hint}${left}`);
			if (schema.refusesUnknown) this.usable = false;
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

	/** Whether any of those options is written. */
	hasSome(options: ReadonlySet<string>): boolean {
		for (const name of this.#section.options.keys()) if (options.has(name)) return true;
		return false;
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

	strings(option: string): readonly string[] {
		return stringsOf(this.#list(option).included);
	}

	numbers(option: string): readonly number[] {
		return numbersOf(this.#list(option).included);
	}

	portRanges(option: string): readonly PortRange[] {
		return portRangesOf(this.#list(option).included);
	}

	/** Values after `!`. */
	excludedStrings(option: string): readonly string[] {
		return stringsOf(this.#list(option).excluded);
	}

	excludedNumbers(option: string): readonly number[] {
		return numbersOf(this.#list(option).excluded);
	}

	excludedPortRanges(option: string): readonly PortRange[] {
		return portRangesOf(this.#list(option).excluded);
	}

	#option(name: string): OptionSchema {
		const found = this.#index.options.get(name);
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
		const fallback = this.#index.defaults.get(name) ?? null;
		if (!this.has(name)) return fallback;
		const written = this.#written(name);
		if (written.length > 1) {
			this.#refuse(option, written.join(" "), "must be a single value");
			return fallback;
		}
		const text = written[0];
		if (text === undefined) return fallback;
		return this.#value(option, text.trim()) ?? fallback;
	}

	#list(name: string): List {
		const option = this.#option(name);
		if (!this.has(name)) return EMPTY_LIST;
		const known = this.#lists.get(name);
		if (known !== undefined) return known;
		const list = this.#readList(option);
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
		const refused: string[] = [];
		for (const text of texts) {
			if (type.kind === "protocol" && (text === "all" || text === "any")) continue;
			const isExcluded = negatable && text.startsWith("!");
			const value = parseValue(type, isExcluded ? text.slice(1) : text);
			const values = isExcluded ? list.excluded : list.included;
			if (value === null) refused.push(text);
			else if (!values.includes(value)) values.push(value);
		}
		const isLost = essential && isWider(list, refused);
		if (isLost) this.usable = false;
		for (const text of refused)
			this.report(name, text, this.#requirement(option) + (isLost ? this.#leftOut : ""));
		return list;
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
		this.report(option.name, text, option.essential ? message + this.#leftOut : message);
		if (option.essential) this.usable = false;
	}

	get #leftOut(): string {
		return `; the ${this.#schema.type} is left out`;
	}
}

/**
 * Whether the condition would be true of more than was meant without the refused values: no value of those that may be
 * the case is left, or one is missing of those that must not.
 */
function isWider({ included }: List, refused: readonly string[]): boolean {
	const isExclusion = (text: string): boolean => text.startsWith("!");
	return refused.some(isExclusion) || (included.length === 0 && refused.length > 0);
}

function stringsOf(values: readonly DatatypeValue[]): readonly string[] {
	return values.length === 0 ? NONE : values.map(String);
}

function numbersOf(values: readonly DatatypeValue[]): readonly number[] {
	return values.length === 0 ? NONE : values.map(Number);
}

function portRangesOf(values: readonly DatatypeValue[]): readonly PortRange[] {
	if (values.length === 0) return NONE;
	return values.flatMap((value) => (Array.isArray(value) ? (value as readonly PortRange[]) : []));
}

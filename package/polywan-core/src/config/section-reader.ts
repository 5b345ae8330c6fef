import type { UciSection } from "uci-parser/config";
import type { DatatypeValue } from "./datatype.ts";
import { describeDatatype, parseValue } from "./datatype.ts";
import type { PortRange } from "./model.ts";
import type { Problem } from "./problem.ts";
import type { OptionSchema, SectionSchema } from "./schema.ts";
import { renderSuggestion } from "./suggestion.ts";

export const CONFIG_NAME = "polywan";

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
		return this.#list(option).map(String);
	}

	numbers(option: string): number[] {
		return this.#list(option).map(Number);
	}

	portRanges(option: string): PortRange[] {
		return this.#list(option).flatMap((value) => (Array.isArray(value) ? (value as PortRange[]) : []));
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

	#list(name: string): DatatypeValue[] {
		const option = this.#option(name);
		const texts = this.#written(name).flatMap((text) => text.split(/\s+/).filter((word) => word !== ""));
		const values: DatatypeValue[] = [];
		for (const text of texts) {
			if (option.type.kind === "protocol" && (text === "all" || text === "any")) continue;
			const value = parseValue(option.type, text);
			if (value === null) this.report(name, text, this.#requirement(option));
			else if (!values.includes(value)) values.push(value);
		}
		const meantNone = texts.every((text) => text === "all" || text === "any");
		if (texts.length > 0 && values.length === 0 && option.essential && !meantNone) this.usable = false;
		return values;
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

import { describeDatatype } from "./datatype.ts";
import type { OptionSchema } from "./option-schema.ts";
import { SCHEMA } from "./schema.ts";

/**
 * `polywan help options`: every option of /etc/config/polywan with what is allowed and its default. `topic`: those of one
 * section type ("rule"), or an option wherever there is one of that name ("weight"). Null: there is nothing of that name.
 */
export function renderOptionHelp(topic?: string): string | null {
	const isWhole = (type: string): boolean => topic === undefined || topic === type;
	const lines: string[] = [];
	for (const section of SCHEMA) {
		const options = section.options.filter(({ name }) => isWhole(section.type) || name === topic);
		if (options.length === 0) continue;
		lines.push(`config ${section.type}`, ...(isWhole(section.type) ? [`    ${section.help}`] : []), "");
		for (const option of options) lines.push(...renderOption(option));
	}
	return lines.length === 0 ? null : lines.join("\n");
}

/** What `polywan help options` can be asked for. */
export function listOptionTopics(): readonly string[] {
	return [...new Set(SCHEMA.flatMap(({ type, options }) => [type, ...options.map(({ name }) => name)]))];
}

function renderOption(option: OptionSchema): readonly string[] {
	return [
		`  ${option.list ? "list" : "option"} ${option.name}`,
		`      ${option.help}`,
		`      Allowed: ${describeDatatype(option.type)}. ${renderDefault(option)}`,
		"",
	];
}

function renderDefault(option: OptionSchema): string {
	if (option.default === null) return option.list ? "Default: none." : "No default.";
	const values = typeof option.default === "string" ? [option.default] : option.default;
	return `Default: ${values.join(" ")}.`;
}

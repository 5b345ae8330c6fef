import { describeDatatype } from "./datatype.ts";
import type { OptionSchema } from "./schema.ts";
import { SCHEMA } from "./schema.ts";

/** `polywan help options`: every option of /etc/config/polywan with what is allowed and its default. */
export function renderOptionHelp(): string {
	const lines: string[] = [];
	for (const section of SCHEMA) {
		lines.push(`config ${section.type}`, `    ${section.help}`, "");
		for (const option of section.options) {
			lines.push(`  ${option.list ? "list" : "option"} ${option.name}`, `      ${option.help}`);
			lines.push(`      Allowed: ${describeDatatype(option.type)}. ${renderDefault(option)}`, "");
		}
	}
	return lines.join("\n");
}

function renderDefault(option: OptionSchema): string {
	if (option.default === null) return option.list ? "Default: none." : "No default.";
	const values = typeof option.default === "string" ? [option.default] : option.default;
	return `Default: ${values.join(" ")}.`;
}

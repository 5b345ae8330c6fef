import { describeDatatype } from "polywan-core/config/datatype";
import type { SectionSchema } from "polywan-core/config/option-schema";
import { REPORTS_CONFIG, REPORTS_SCHEMA, SECRETS_CONFIG, SECRETS_SCHEMA } from "./schema.ts";

/** Every option of both files with what is allowed and its default. */
export function renderReportsHelp(): string {
	return [
		`/etc/config/${REPORTS_CONFIG}\n`,
		...REPORTS_SCHEMA.map(renderSection),
		`/etc/config/${SECRETS_CONFIG}\n`,
		...SECRETS_SCHEMA.map(renderSection),
	].join("\n");
}

function renderSection({ type, help, options }: SectionSchema<string>): string {
	const lines = options.flatMap((option) => [
		`  ${option.list ? "list" : "option"} ${option.name}`,
		`      ${option.help}`,
		`      Allowed: ${describeDatatype(option.type)}. ${option.default === null ? "No default." : `Default: ${String(option.default)}.`}`,
	]);
	return [`config ${type}`, `    ${help}`, ...lines, ""].join("\n");
}

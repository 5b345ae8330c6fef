import { exists, readText } from "polywan-runtime/file";
import { UciError } from "uci-parser/config";
import { parsePackage } from "uci-parser/parse";

const PROGRAM = "/usr/sbin/polywan-reports";
const SECRETS_FILE = "/etc/config/polywan_secrets";

/** Whether reports can be made at all, and which secrets they have: names, never values. */
export interface ReportsSetUp {
	readonly installed: boolean;
	/** "section.option" */
	readonly secrets: readonly string[];
}

/** Throws SystemError. */
export function readReportsSetUp(): ReportsSetUp {
	return { installed: exists(PROGRAM), secrets: listSecrets() };
}

function listSecrets(): string[] {
	if (!exists(SECRETS_FILE)) return [];
	try {
		const { sections } = parsePackage("polywan_secrets", readText(SECRETS_FILE));
		return sections.flatMap(({ name, options }) => [...options.keys()].map((option) => `${name}.${option}`));
	} catch (error) {
		if (error instanceof UciError) return [];
		throw error;
	}
}

import type { Problem } from "polywan-core/config/problem";
import { exists, readFile, readText, stat, writeFileAtomic } from "polywan-runtime/file";
import { UciError, type UciPackage } from "uci-parser/config";
import { parsePackage } from "uci-parser/parse";
import type { ReportsModel } from "./model.ts";
import { parseReports } from "./parse.ts";
import { REPORTS_CONFIG, SECRETS_CONFIG } from "./schema.ts";

/** Both files as they are now; one that cannot be read is a problem and counts as empty. */
export function readReports(folder = "/etc/config"): ReportsModel {
	const problems: Problem[] = [];
	const read = (name: string): UciPackage | null => {
		try {
			const path = `${folder}/${name}`;
			return exists(path) ? parsePackage(name, readText(path)) : null;
		} catch (error) {
			// The text of a parse error holds none of the file's.
			const why = error instanceof UciError || error instanceof Error ? error.message : String(error);
			const message = `cannot be read: ${why}`;
			problems.push({ config: name, section: null, option: null, value: null, message, severity: "error" });
			return null;
		}
	};
	const model = parseReports(read(REPORTS_CONFIG), read(SECRETS_CONFIG), hostName());
	return { ...model, problems: [...problems, ...model.problems] };
}

/** What others may not read others can not: a file that was made by hand often is 0644. */
export function guardSecrets(folder = "/etc/config"): void {
	const path = `${folder}/${SECRETS_CONFIG}`;
	const mode = stat(path)?.mode ?? 0o600;
	if ((mode & 0o077) !== 0) writeFileAtomic(path, readFile(path), 0o600);
}

/** For topics and messages; "router" where the system has no usable one. */
export function hostName(): string {
	const path = "/proc/sys/kernel/hostname";
	const name = exists(path) ? readText(path).trim() : "";
	return /^[A-Za-z0-9][A-Za-z0-9.-]*$/.test(name) && name !== "(none)" ? name : "router";
}

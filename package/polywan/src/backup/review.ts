import type { BackupReview, KeptBackup, ReviewedFile } from "polywan-core/backup/review";
import { type SectionTable, toTables } from "polywan-core/import/preview";
import { wallMs } from "polywan-runtime/clock";
import { exists, makeDirectory, readText, writeFileAtomic } from "polywan-runtime/file";
import { UciError } from "uci-parser/config";
import { parsePackage } from "uci-parser/parse";
import { readState } from "../daemon/state-file.ts";
import { VERSION } from "../version.ts";
import { type Backup, BackupError, checkBackup, parseBackup, readFiles, renderBackup } from "./backup.ts";

const FOLDER = "/etc/polywan";
/** Where what was there before the last restore is kept. */
export const BEFORE_RESTORE = `${FOLDER}/before-restore.json`;
const CONFIG_FOLDER = "/etc/config/";
const SECRETS_FILE = `${CONFIG_FOLDER}polywan_secrets`;

/** A backup of what is there now. Throws SystemError. */
export function renderCurrent(): string {
	const wanted = readState()?.wanted ?? {};
	return renderBackup({ version: VERSION, created_at_ms: Math.round(wallMs()), files: readFiles(), wanted });
}

/** Throws SystemError. */
export function keepCurrent(): void {
	makeDirectory(FOLDER, 0o755);
	writeFileAtomic(BEFORE_RESTORE, renderCurrent(), 0o600);
}

/** Null: there was no restore yet, or what it kept is damaged. */
export function readKept(): KeptBackup | null {
	const backup = exists(BEFORE_RESTORE) ? readBackup(readText(BEFORE_RESTORE)) : null;
	if (backup === null || "error" in backup) return null;
	return { version: backup.version, created_at_ms: backup.created_at_ms };
}

export function readBackup(text: string): Backup | { readonly error: string } {
	try {
		return parseBackup(text);
	} catch (error) {
		if (!(error instanceof BackupError)) throw error;
		return { error: error.message };
	}
}

/** What it would change. Throws SystemError. */
export function reviewBackup(text: string): BackupReview {
	const backup = readBackup(text);
	if ("error" in backup)
		return { error: backup.error, version: "", created_at_ms: 0, files: [], configs: {}, problems: [] };
	const { version, created_at_ms } = backup;
	const problems = checkBackup(backup);
	return {
		error: null,
		version,
		created_at_ms,
		files: compare(backup),
		configs: readConfigs(backup),
		problems,
	};
}

function compare({ files }: Backup): ReviewedFile[] {
	const now = readFiles();
	return Object.entries(files).map(([path, { text, mode }]) => {
		const file = now[path];
		if (file === undefined) return { path, state: "added" };
		return { path, state: file.text === text && file.mode === mode ? "same" : "changed" };
	});
}

function readConfigs({ files }: Backup): Record<string, readonly SectionTable[]> {
	const configs: Record<string, readonly SectionTable[]> = {};
	for (const [path, { text }] of Object.entries(files)) {
		if (!path.startsWith(CONFIG_FOLDER) || path === SECRETS_FILE) continue;
		const name = path.slice(CONFIG_FOLDER.length);
		try {
			configs[name] = toTables(parsePackage(name, text));
		} catch (error) {
			// Its problems say so.
			if (!(error instanceof UciError)) throw error;
		}
	}
	return configs;
}

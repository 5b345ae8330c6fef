import type { Problem } from "polywan-core/config/problem";
import { exists, readText, removeFile, stat, writeFileAtomic } from "polywan-runtime/file";
import { UciError } from "uci-parser/config";
import { isPackageName } from "uci-parser/name";
import { parsePackage } from "uci-parser/parse";
import { CONFIG_FILE } from "../config/config-keeper.ts";
import { understandConfig } from "../config/config-model.ts";
import type { Wanted } from "../daemon/state-file.ts";

/** A file of another format is refused. */
const FORMAT = 1;
/** Everything a user of polywan writes; what is not there is not in a backup. */
const BACKED_UP: readonly string[] = [
	CONFIG_FILE,
	"/etc/config/polywan_reports",
	"/etc/config/polywan_secrets",
	"/etc/polywan.user",
];
const CONFIG_FOLDER = "/etc/config/";
const WISHES: readonly Wanted[] = ["auto", "up", "down"];

/** One file with everything: JSON, so that it can be read and compared. */
export interface Backup {
	readonly polywan_backup: typeof FORMAT;
	readonly version: string;
	readonly created_at_ms: number;
	readonly files: Readonly<Record<string, BackupFile>>;
	/** What was asked for by `polywan up|down`. */
	readonly wanted: Readonly<Record<string, Wanted>>;
}

export interface BackupFile {
	/** Permission bits. */
	readonly mode: number;
	readonly text: string;
}

/** Not a backup, or one that cannot be used. */
export class BackupError extends Error {}

/** The files as they are now. Throws SystemError. */
export function readFiles(): Backup["files"] {
	return Object.fromEntries(
		BACKED_UP.filter(exists).map((path) => [path, { mode: stat(path)?.mode ?? 0o600, text: readText(path) }]),
	);
}

export function renderBackup(parts: Omit<Backup, "polywan_backup">): string {
	return `${JSON.stringify({ polywan_backup: FORMAT, ...parts }, null, 1)}\n`;
}

/** Throws BackupError, which says what is wrong with it. */
export function parseBackup(text: string): Backup {
	const value = parseJson(text);
	if (!isRecord(value) || value.polywan_backup === undefined)
		throw new BackupError("it is no backup of polywan");
	if (value.polywan_backup !== FORMAT)
		throw new BackupError(
			`it is of format ${String(value.polywan_backup)}, this polywan knows format ${FORMAT}`,
		);
	if (!isRecord(value.files)) throw new BackupError("it holds no files");
	const files = Object.entries(value.files).map(([path, file]) => [path, parseFile(path, file)] as const);
	const wanted = isRecord(value.wanted) ? Object.entries(value.wanted) : [];
	return {
		polywan_backup: FORMAT,
		version: String(value.version),
		created_at_ms: Number(value.created_at_ms),
		files: Object.fromEntries(files),
		wanted: Object.fromEntries(
			wanted.flatMap(([name, wish]) => WISHES.flatMap((w) => (w === wish ? [[name, w]] : []))),
		),
	};
}

/** What is wrong with the configurations in it. */
export function checkBackup({ files }: Backup): readonly Problem[] {
	return Object.entries(files).flatMap(([path, { text }]) => {
		if (path === CONFIG_FILE) {
			const understood = understandConfig(text, {});
			return "model" in understood ? understood.model.problems : [understood.problem];
		}
		return path.startsWith(CONFIG_FOLDER) ? checkSyntax(path.slice(CONFIG_FOLDER.length), text) : [];
	});
}

/** Writes the files, all or none: what fails leaves everything as it was. Throws SystemError. */
export function writeFiles(files: Backup["files"]): void {
	const before = readFiles();
	try {
		for (const [path, { mode, text }] of Object.entries(files)) writeFileAtomic(path, text, mode);
	} catch (error) {
		for (const path of Object.keys(files)) {
			const old = before[path];
			if (old === undefined) removeFile(path);
			else writeFileAtomic(path, old.text, old.mode);
		}
		throw error;
	}
}

function checkSyntax(name: string, text: string): readonly Problem[] {
	try {
		parsePackage(isPackageName(name) ? name : "polywan", text);
		return [];
	} catch (error) {
		if (!(error instanceof UciError)) throw error;
		const message = `cannot be read: ${error.message}`;
		return [{ config: name, section: null, option: null, value: null, message, severity: "error" }];
	}
}

function parseFile(path: string, file: unknown): BackupFile {
	if (!BACKED_UP.includes(path)) throw new BackupError(`it holds ${path}, which is none of polywan's files`);
	if (!isRecord(file) || typeof file.text !== "string" || typeof file.mode !== "number")
		throw new BackupError(`its ${path} is damaged`);
	return { text: file.text, mode: file.mode & 0o777 };
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		throw new BackupError("it is no backup of polywan, or it is damaged");
	}
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

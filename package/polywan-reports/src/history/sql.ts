import type { Written } from "./recorder.ts";
import { COLUMNS, type Sample } from "./sample.ts";
import { STEPS, type Step } from "./step.ts";

/** Of the file's form: another one is set aside. */
export const FORM = 1;

/** What a new or known file is opened by. `synchronous` counts for copies: VACUUM INTO takes it over. */
export const OPEN_SQL = `PRAGMA cache_size=-256;
PRAGMA journal_mode=TRUNCATE;
PRAGMA synchronous=OFF;
PRAGMA temp_store=MEMORY;
`;

export const CREATE_SQL = `PRAGMA auto_vacuum=INCREMENTAL;
CREATE TABLE IF NOT EXISTS sample (
 step INTEGER NOT NULL, uplink TEXT NOT NULL, at INTEGER NOT NULL, ${COLUMNS.map((column) => `${column} INTEGER`).join(", ")},
 PRIMARY KEY (step, uplink, at)) WITHOUT ROWID;
PRAGMA user_version=${FORM};
`;

export function buildInsert(at: number, rows: readonly Written[]): string {
	if (rows.length === 0) return "";
	const values = rows.map(({ uplink, sample }) => {
		const cells = COLUMNS.map((column) => renderNumber(sample[column]));
		return `(10,${quote(uplink)},${Math.trunc(at)},${cells.join(",")})`;
	});
	return `INSERT OR REPLACE INTO sample VALUES${values.join(",")};\n`;
}

/** How far back steps are made again when it is not known which were: less than what they are made of is kept. */
const LOOK_BACK_S: Readonly<Record<Step, number>> = { 10: 0, 60: 600, 3600: 7200, 86400: 172_800 };

/** Makes the steps that ended between two moments of those one finer; made again, they are the same. Days are those of UTC. */
export function buildRollUps(before: number | null, now: number): string {
	const parts: string[] = [];
	for (const [index, step] of STEPS.entries()) {
		const finer = STEPS[index - 1];
		const from = Math.floor((before ?? now - LOOK_BACK_S[step]) / step) * step;
		const to = Math.floor(now / step) * step;
		if (finer !== undefined && from < to) parts.push(buildRollUp(step, finer, from, to));
	}
	return parts.join("");
}

function buildRollUp(step: Step, finer: Step, from: number, to: number): string {
	const cells = COLUMNS.map((column) =>
		column === "rx" || column === "tx" ? `SUM(${column})` : `CAST(ROUND(AVG(${column})) AS INTEGER)`,
	);
	return `INSERT OR REPLACE INTO sample SELECT ${step},uplink,at/${step}*${step} AS t,${cells.join(",")} FROM sample WHERE step=${finer} AND at>=${from} AND at<${to} GROUP BY uplink,t;\n`;
}

/** `keepS`: how long rows of each step stay. Rows of the future are of a clock that was wrong. */
export function buildPrune(now: number, keepS: Readonly<Record<Step, number>>): string {
	const deletes = STEPS.map((step) => {
		const oldest = Math.trunc(now - keepS[step]);
		return `DELETE FROM sample WHERE step=${step} AND (at<${oldest} OR at>${Math.trunc(now) + 172_800});\n`;
	});
	return `${deletes.join("")}PRAGMA incremental_vacuum;\n`;
}

/** Bytes in use. */
export const SIZE_SQL =
	"SELECT (page_count-freelist_count)*page_size FROM pragma_page_count,pragma_freelist_count,pragma_page_size;\n";

/** Forgets the oldest quarter of the finest step that has any. */
export const SHRINK_SQL = `DELETE FROM sample WHERE step=(SELECT MIN(step) FROM sample) AND at<=(
 SELECT MIN(at)+(MAX(at)-MIN(at))/4 FROM sample WHERE step=(SELECT MIN(step) FROM sample));
PRAGMA incremental_vacuum;
`;

/** Rows of "at" and the columns, oldest first; bytes are summed, everything else is averaged. */
export function buildQuery(uplink: string, source: Step, stepS: number, from: number, to: number): string {
	const cells = COLUMNS.map((column) =>
		column === "rx" || column === "tx" ? `SUM(${column})` : `CAST(ROUND(AVG(${column})) AS INTEGER)`,
	);
	return `SELECT at/${stepS}*${stepS} AS t,${cells.join(",")} FROM sample WHERE step=${source} AND uplink=${quote(uplink)} AND at>=${Math.trunc(from)} AND at<${Math.trunc(to)} GROUP BY t ORDER BY t LIMIT 1000;\n`;
}

/** A line of sqlite3's list mode as time and sample; null when it is none. */
export function parseRow(line: string): [at: number, sample: Sample] | null {
	const cells = line.split("|");
	if (cells.length !== COLUMNS.length + 1 || cells.some((cell) => !/^(-?\d{1,15})?$/.test(cell))) return null;
	const [at = "", ...values] = cells;
	if (at === "") return null;
	const sample = Object.fromEntries(
		COLUMNS.map((column, index) => [column, values[index] === "" ? null : Number(values[index])]),
	);
	return [Number(at), { ...sample, rx: sample.rx ?? 0, tx: sample.tx ?? 0 } as unknown as Sample];
}

function renderNumber(value: number | null): string {
	return value === null ? "NULL" : String(Math.trunc(value));
}

function quote(text: string): string {
	return `'${text.replaceAll("'", "''").replaceAll("\0", "")}'`;
}

import { type Period, periodEnd, periodStart } from "polywan-core/quota/period";
import type { TimeZone } from "polywan-core/schedule/time-zone";
import type { Written } from "./recorder.ts";
import { COLUMNS, type Sample } from "./sample.ts";
import { STEPS, type Step } from "./step.ts";

/** Of the file's form: another one is set aside. */
export const FORM = 1;

/** What a new or known file is opened by. Others may look into it, and lock it while they do. `synchronous` counts for copies: VACUUM INTO takes it over. */
export const OPEN_SQL = `PRAGMA busy_timeout=5000;
PRAGMA cache_size=-256;
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
		return `(10,${quoteText(uplink)},${Math.trunc(at)},${cells.join(",")})`;
	});
	return `INSERT OR REPLACE INTO sample VALUES${values.join(",")};\n`;
}

/** How far back steps are made again when it is not known which were: less than what they are made of is kept. */
const LOOK_BACK_S: Readonly<Record<Step, number>> = { 10: 0, 60: 600, 3600: 7200, 86400: 172_800 };

const DAY: Step = 86_400;
const MIDNIGHT: Period = { every: "day", resetDay: 1, resetHour: 0 };

/**
 * Makes the steps that ended between two moments of those one finer; made again, they are the same. Days are those of the
 * calendar at home, of whole hours: where its clock is off by half an hour, so are they.
 */
export function buildRollUps(before: number | null, now: number, zone: TimeZone): string {
	const parts: string[] = [];
	for (const [index, step] of STEPS.entries()) {
		const finer = STEPS[index - 1];
		if (finer === undefined) continue;
		const since = before ?? now - LOOK_BACK_S[step];
		if (step === DAY) {
			for (const [from, to] of daysEnded(since, now, zone))
				parts.push(buildRollUp(step, finer, from, to, `${from}`));
			continue;
		}
		const from = Math.floor(since / step) * step;
		const to = Math.floor(now / step) * step;
		if (from < to) parts.push(buildRollUp(step, finer, from, to, `at/${step}*${step}`));
	}
	return parts.join("");
}

/** Days of which the end lies between two moments. */
function daysEnded(since: number, now: number, zone: TimeZone): readonly (readonly [number, number])[] {
	const days: (readonly [number, number])[] = [];
	let from = periodStart(MIDNIGHT, zone, since * 1000);
	for (let to = periodEnd(MIDNIGHT, zone, from); to <= now * 1000; to = periodEnd(MIDNIGHT, zone, from)) {
		days.push([Math.floor(from / 1000), Math.floor(to / 1000)]);
		from = to;
	}
	return days;
}

function buildRollUp(step: Step, finer: Step, from: number, to: number, at: string): string {
	const cells = COLUMNS.map((column) =>
		column === "rx" || column === "tx" ? `SUM(${column})` : `CAST(ROUND(AVG(${column})) AS INTEGER)`,
	);
	return `INSERT OR REPLACE INTO sample SELECT ${step},uplink,${at} AS t,${cells.join(",")} FROM sample WHERE step=${finer} AND at>=${from} AND at<${to} GROUP BY uplink,t;\n`;
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

/**
 * Rows of "at" and the columns, oldest first; bytes are summed, everything else is averaged. Of days, which begin when they
 * do at home, so many as the step has make a point.
 */
export function buildQuery(
	uplink: string,
	source: Step,
	stepS: number,
	from: number,
	to: number,
	zone: TimeZone,
): string {
	const cells = COLUMNS.map((column) =>
		column === "rx" || column === "tx" ? `SUM(${column})` : `CAST(ROUND(AVG(${column})) AS INTEGER)`,
	);
	// In summer days begin earlier: what is half a day off belongs to the nearest midnight.
	const shift = source === DAY ? zone.standardOffset + DAY / 2 : 0;
	const [at, group] = source === DAY ? ["MIN(at)", `(at+${shift})/${stepS}`] : [`at/${stepS}*${stepS}`, "t"];
	return `SELECT ${at} AS t,${cells.join(",")} FROM sample WHERE step=${source} AND uplink=${quoteText(uplink)} AND at>=${Math.trunc(from)} AND at<${Math.trunc(to)} GROUP BY ${group} ORDER BY t LIMIT 1000;\n`;
}

/** One row: when the first row of each step begins. */
export function buildOldest(uplink: string): string {
	const firsts = STEPS.map(
		(step) => `(SELECT MIN(at) FROM sample WHERE step=${step} AND uplink=${quoteText(uplink)})`,
	);
	return `SELECT ${firsts.join(",")};\n`;
}

/** Of that row; steps without any are absent. */
export function parseOldest(line: string): Partial<Record<Step, number>> {
	const firsts = line.split("|");
	const known = STEPS.map((step, index) => [step, firsts[index] ?? ""] as const);
	return Object.fromEntries(
		known.filter(([, first]) => /^\d+$/.test(first)).map(([step, first]) => [step, Number(first)]),
	);
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

export function quoteText(text: string): string {
	return `'${text.replaceAll("'", "''").replaceAll("\0", "")}'`;
}

/** A word of a command of the program sqlite3, such as .restore. */
export function quoteArgument(text: string): string {
	return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

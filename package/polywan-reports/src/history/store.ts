import type { LogWriter } from "polywan/log";
import { readSystemTimeZone } from "polywan/system-time-zone";
import { SavePace } from "polywan-core/quota/save-pace";
import { monotonicMs, wallMs } from "polywan-runtime/clock";
import { exists, makeDirectory, removeFile, rename, stat } from "polywan-runtime/file";
import type { HistoryModel } from "../config/model.ts";
import type { Written } from "./recorder.ts";
import type { Sample } from "./sample.ts";
import {
	buildInsert,
	buildOldest,
	buildPrune,
	buildQuery,
	buildRollUps,
	CREATE_SQL,
	FORM,
	OPEN_SQL,
	parseOldest,
	parseRow,
	quoteArgument,
	quoteText,
	SHRINK_SQL,
	SIZE_SQL,
} from "./sql.ts";
import { DamagedError, Sqlite, SqliteError } from "./sqlite.ts";
import { STEPS, type Step } from "./step.ts";

const PRUNE_EVERY_S = 600;
const MOST_SHRINKS = 8;

/** The file of the history: opened, checked, written, kept small and copied to flash. Times are wall-clock seconds. */
export class Store {
	readonly #model: HistoryModel;
	readonly #log: LogWriter;
	readonly #file: string;
	readonly #copy: string | null;
	readonly #keepS: Record<Step, number>;
	#sqlite: Sqlite | null = null;
	#zone = readSystemTimeZone();
	#lastAt = 0;
	#prunedAt = 0;
	readonly #copyPace: SavePace;

	constructor(model: HistoryModel, log: LogWriter) {
		this.#model = model;
		this.#log = log;
		this.#file = `${model.folder}/history.db`;
		this.#copy = model.copyFolder === null ? null : `${model.copyFolder}/history.db`;
		this.#keepS = Object.fromEntries(STEPS.map((step) => [step, model.keepMs[step] / 1000])) as Record<
			Step,
			number
		>;
		this.#copyPace = new SavePace(model.copyIntervalMs, ageOf(this.#copy), monotonicMs());
	}

	/**
	 * Opens the file, or the copy, or a new one; what is damaged is set aside. Rejects with NoSqliteError, and with SqliteError
	 * where it can be tried again: then nothing was set aside that is whole.
	 */
	async open(): Promise<void> {
		makeDirectory(this.#model.folder, 0o700);
		if (!exists(this.#file) && this.#copy !== null && exists(this.#copy)) await this.#restore(this.#copy);
		if (await this.#try(this.#file)) return;
		if (this.#copy !== null && exists(this.#copy)) await this.#restore(this.#copy);
		if (!(await this.#try(this.#file))) throw new SqliteError(`${this.#file} cannot be made`);
	}

	/** Adds the last ten seconds and what follows from them. Rejects with SqliteError. */
	async write(at: number, rows: readonly Written[]): Promise<void> {
		const isKnown = this.#lastAt > 0 && this.#lastAt <= at && at - this.#lastAt < 3600;
		const before = isKnown ? this.#lastAt : null;
		await this.#run(`BEGIN;\n${buildInsert(at, rows)}${buildRollUps(before, at, this.#zone)}COMMIT;\n`);
		this.#lastAt = at;
		if (Math.abs(at - this.#prunedAt) >= PRUNE_EVERY_S) {
			this.#prunedAt = at;
			this.#zone = readSystemTimeZone();
			await this.#prune(at);
		}
		await this.copyIfDue();
	}

	/** When the first row of each step begins. Rejects with SqliteError. */
	async readOldest(uplink: string): Promise<Readonly<Partial<Record<Step, number>>>> {
		const [line = ""] = await this.#run(buildOldest(uplink));
		return parseOldest(line);
	}

	/** Oldest first. Rejects with SqliteError. */
	async query(
		uplink: string,
		source: Step,
		stepS: number,
		from: number,
		to: number,
	): Promise<[at: number, sample: Sample][]> {
		const lines = await this.#run(buildQuery(uplink, source, stepS, from, to, this.#zone));
		return lines.map(parseRow).filter((row) => row !== null);
	}

	/** A whole copy, or the one before: VACUUM INTO a file beside it, synced, then renamed. */
	async copyIfDue(): Promise<void> {
		if (this.#copy === null || !this.#copyPace.take(monotonicMs())) return;
		const part = `${this.#copy}.new`;
		makeDirectory(this.#model.copyFolder ?? "", 0o700);
		removeFile(part);
		await this.#run(`PRAGMA synchronous=FULL;\nVACUUM INTO ${quoteText(part)};\nPRAGMA synchronous=OFF;\n`);
		rename(part, this.#copy);
		this.#log("info", "history: copied", { file: this.#copy, bytes: stat(this.#copy)?.size ?? 0 });
	}

	async close(): Promise<void> {
		await this.#sqlite?.close();
		this.#sqlite = null;
	}

	/** Sets a damaged file aside and begins a new one. */
	async reopen(): Promise<void> {
		await this.close();
		await this.open();
	}

	#run(sql: string): Promise<readonly string[]> {
		if (this.#sqlite === null) return Promise.reject(new SqliteError("the history is not open"));
		return this.#sqlite.run(sql);
	}

	/** Makes the file from the copy, at once or not at all: a part of it would be copied over the whole one later. */
	async #restore(copy: string): Promise<void> {
		const part = `${this.#file}.new`;
		removeFile(part);
		const sqlite = new Sqlite(part);
		try {
			await sqlite.run(`${OPEN_SQL}.restore ${quoteArgument(copy)}\n`);
			await check(sqlite);
			await sqlite.close();
			rename(part, this.#file);
		} catch (error) {
			await sqlite.close();
			removeFile(part);
			if (!(error instanceof DamagedError)) throw error;
			this.#setAside(copy, error);
		} finally {
			removeFile(`${part}-journal`);
		}
	}

	/** False when the file is damaged. */
	async #try(path: string): Promise<boolean> {
		const sqlite = new Sqlite(path);
		try {
			await sqlite.run(OPEN_SQL);
			await check(sqlite);
			await sqlite.run(CREATE_SQL);
			this.#sqlite = sqlite;
			return true;
		} catch (error) {
			await sqlite.close();
			if (!(error instanceof DamagedError)) throw error;
			this.#setAside(path, error);
			return false;
		}
	}

	/** One damaged file is kept for who wants to look at it. */
	#setAside(path: string, { message }: Error): void {
		this.#log("warning", "history: damaged, set aside", { file: path, error: message });
		removeFile(`${path}-journal`);
		if (exists(path)) rename(path, `${path}.damaged`);
	}

	async #prune(now: number): Promise<void> {
		await this.#run(buildPrune(now, this.#keepS));
		for (let i = 0; i < MOST_SHRINKS; i++) {
			const [bytes] = await this.#run(SIZE_SQL);
			if (Number(bytes) <= this.#model.maxBytes) return;
			await this.#run(SHRINK_SQL);
		}
	}
}

/** Rejects with DamagedError. */
async function check(sqlite: Sqlite): Promise<void> {
	const [found, form] = await sqlite.run("PRAGMA quick_check(1);\nPRAGMA user_version;\n");
	if (found !== "ok") throw new DamagedError(found ?? "no answer to quick_check");
	if (form !== "0" && form !== String(FORM)) throw new DamagedError(`its form ${form} is not known`);
}

/** How old a copy is; none is old enough for a new one. */
function ageOf(path: string | null): number {
	const entry = path === null ? null : stat(path);
	return entry === null ? Number.POSITIVE_INFINITY : wallMs() - entry.mtimeMs;
}

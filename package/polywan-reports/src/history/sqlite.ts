import { type Child, spawn } from "polywan-runtime/process";

/** A statement failed or the program ended: the file may be damaged, or the disk full. */
export class SqliteError extends Error {}

/** The file is no database, or a damaged one; anything else may be over the next time: no space, no memory, a program that was killed. */
export class DamagedError extends SqliteError {}

/** What sqlite3 says of SQLITE_CORRUPT and SQLITE_NOTADB (sqlite3ErrStr in SQLite's main.c). */
const DAMAGED = /disk image is malformed|file is not a database/;

/** The program sqlite3 is not there. */
export class NoSqliteError extends Error {}

const ANSWER_TIMEOUT_MS = 30_000;

interface Waiting {
	readonly mark: string;
	readonly lines: string[];
	readonly resolve: (lines: readonly string[]) => void;
	readonly reject: (error: Error) => void;
	readonly timer: number;
}

/** The program sqlite3, kept open on one file: SQL by its standard input, rows as lines "a|b|c". */
export class Sqlite {
	readonly #child: Child;
	readonly #waiting: Waiting[] = [];
	#text = "";
	#count = 0;
	#ended: Error | null = null;

	/** Throws NoSqliteError. */
	constructor(path: string) {
		try {
			// -bail: the first error ends the program, which is how errors are noticed.
			this.#child = spawn(["sqlite3", "-batch", "-bail", "-noheader", "-list", path], {
				input: "pipe",
				output: (chunk) => this.#receive(chunk),
				maxOutputBytes: 4096,
			});
		} catch (error) {
			if (error instanceof Error && "code" in error && error.code === "ENOENT")
				throw new NoSqliteError("the program sqlite3 is not installed (package sqlite3-cli)");
			throw error;
		}
		void this.#child.done.then(({ stderr, exitCode, signal }) => {
			const said = new TextDecoder().decode(stderr).trim();
			const why = said === "" ? `sqlite3 ended with ${exitCode ?? signal}` : said;
			this.#end(DAMAGED.test(why) ? new DamagedError(why) : new SqliteError(why));
		});
	}

	/** Runs statements, each ended by ";" and a line feed; gives the rows of all of them. Rejects with SqliteError. */
	run(sql: string): Promise<readonly string[]> {
		if (this.#ended) return Promise.reject(this.#ended);
		const mark = `done-${++this.#count}`;
		return new Promise((resolve, reject) => {
			const timer = setTimeout(() => {
				this.#end(new SqliteError(`sqlite3 took longer than ${ANSWER_TIMEOUT_MS / 1000} s`));
				this.#child.kill("SIGKILL");
			}, ANSWER_TIMEOUT_MS);
			this.#waiting.push({ mark, lines: [], resolve, reject, timer });
			this.#child.write(`${sql}.print ${mark}\n`);
		});
	}

	/** Ends when the program has ended. */
	async close(): Promise<void> {
		this.#child.endInput();
		const timer = setTimeout(() => this.#child.kill("SIGKILL"), ANSWER_TIMEOUT_MS);
		await this.#child.done;
		clearTimeout(timer);
	}

	#receive(chunk: Uint8Array): void {
		// Everything that is asked for is ASCII: no character is cut in two.
		this.#text += new TextDecoder().decode(chunk);
		const lines = this.#text.split("\n");
		this.#text = lines.pop() ?? "";
		for (const line of lines) {
			const [first] = this.#waiting;
			if (first === undefined) continue;
			if (line !== first.mark) {
				first.lines.push(line);
				continue;
			}
			this.#waiting.shift();
			clearTimeout(first.timer);
			first.resolve(first.lines);
		}
	}

	#end(error: Error): void {
		this.#ended ??= error;
		for (const { timer, reject } of this.#waiting.splice(0)) {
			clearTimeout(timer);
			reject(this.#ended);
		}
	}
}

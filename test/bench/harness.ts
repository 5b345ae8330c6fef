/** One figure: what was measured, and the bound it has to keep, when there is one. */
export interface Row {
	readonly name: string;
	readonly value: number;
	readonly unit: string;
	/** In words: "<= 300"; null: the figure is only shown. */
	readonly bound: string | null;
	/** Null when there is no bound. */
	readonly holds: boolean | null;
}

/** One bench: `test/bench/<name>.bench.ts` exports it as `bench`. */
export interface Bench {
	readonly name: string;
	readonly title: string;
	/** Measures and reports. A bound that does not hold is a row; an error means that nothing could be measured. */
	run(report: Report): Promise<void>;
}

/** Takes the figures of a bench as they come. */
export class Report {
	readonly rows: Row[] = [];
	readonly #onRow: (row: Row) => void;
	readonly #onProgress: (message: string) => void;

	constructor(onRow: (row: Row) => void = () => {}, onProgress: (message: string) => void = () => {}) {
		this.#onRow = onRow;
		this.#onProgress = onProgress;
	}

	row(row: Row): void {
		this.rows.push(row);
		this.#onRow(row);
	}

	/** A figure that may be `most` at most. */
	atMost(name: string, value: number, unit: string, most: number): void {
		this.row({ name, value, unit, bound: `<= ${most}`, holds: value <= most });
	}

	/** A figure that must be `least` at least. */
	atLeast(name: string, value: number, unit: string, least: number): void {
		this.row({ name, value, unit, bound: `>= ${least}`, holds: value >= least });
	}

	/** A figure without a bound. */
	measured(name: string, value: number, unit: string): void {
		this.row({ name, value, unit, bound: null, holds: null });
	}

	/** What is being done now, for someone who waits. */
	progress(message: string): void {
		this.#onProgress(message);
	}
}

/** A line of the table that people read. */
export function renderRow({ name, value, unit, bound, holds }: Row): string {
	const verdict = holds === null ? "" : holds ? "holds" : "DOES NOT HOLD";
	return [name.padEnd(52), renderValue(value).padStart(10), unit.padEnd(8), (bound ?? "").padEnd(12), verdict]
		.join(" ")
		.trimEnd();
}

export function renderHeader(): string {
	return ["figure".padEnd(52), "value".padStart(10), "unit".padEnd(8), "bound".padEnd(12), "verdict"].join(
		" ",
	);
}

/** The middle of the values, the mean of the two middle ones when their number is even; NaN of none. */
export function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = Math.floor(sorted.length / 2);
	if (sorted.length % 2 === 1) return sorted[middle] ?? Number.NaN;
	return ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

/** Four significant digits, and all digits before the point. */
function renderValue(value: number): string {
	if (!Number.isFinite(value)) return String(value);
	return Math.abs(value) >= 1000 ? String(Math.round(value)) : String(Number(value.toPrecision(4)));
}

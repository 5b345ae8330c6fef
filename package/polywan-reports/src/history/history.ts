import type { LogWriter } from "polywan/log";
import type { Status } from "polywan-core/status";
import { monotonicMs, wallMs } from "polywan-runtime/clock";
import { UbusError, type UbusMethod, ubusStatus } from "ubus-js/bus";
import type { BlobTable } from "ubus-js/codec";
import type { Listener } from "../bus/feed.ts";
import type { HistoryModel } from "../config/model.ts";
import { Recorder, SECONDS_KEPT } from "./recorder.ts";
import { mergeSamples, type Sample } from "./sample.ts";
import { NoSqliteError, SqliteError } from "./sqlite.ts";
import { chooseResolution, MOST_POINTS } from "./step.ts";
import { Store } from "./store.ts";

const WRITE_EVERY_S = 10;
/** Before that the clock has not been set: 2020-01-01. */
const CLOCK_IS_SET_S = 1_577_836_800;

/** Records every second and answers `history`. Without sqlite3 it knows the last ten minutes. */
export class HistoryKeeper implements Listener {
	readonly name = "history";
	readonly #log: LogWriter;
	readonly #store: Store;
	readonly #recorder = new Recorder();
	#writtenS = nowS();
	/** Why nothing is written; null while it is. */
	trouble: string | null = "not open yet";
	#work: Promise<void> = Promise.resolve();

	constructor(model: HistoryModel, log: LogWriter) {
		this.#log = log;
		this.#store = new Store(model, log);
	}

	start(): void {
		this.#enqueue(() => this.#store.open());
	}

	async close(): Promise<void> {
		await this.#work;
		await this.#store.close();
	}

	onStatus(status: Status): void {
		const second = nowS();
		this.#recorder.take(status, second);
		if (second - this.#writtenS < WRITE_EVERY_S) return;
		const rows = this.#recorder.merge(this.#writtenS, second);
		this.#writtenS = second;
		const at = wallMs() / 1000;
		if (at < CLOCK_IS_SET_S || this.trouble !== null) return;
		this.#enqueue(() => this.#store.write(at - WRITE_EVERY_S, rows));
	}

	/**
	 * `history {uplink, from, to, points}`: seconds since 1970, `points` at most 500; without them the last ten minutes.
	 * Lists of equal length, -1 where nothing is known.
	 */
	readonly method: UbusMethod = {
		args: { uplink: "string", from: "int64", to: "int64", points: "int32" },
		call: (args) => this.#answer(args),
	};

	async #answer(args: BlobTable): Promise<BlobTable> {
		const { uplink } = args;
		const now = wallMs() / 1000;
		const to = Math.min(readNumber(args.to, now), now);
		const from = readNumber(args.from, to - SECONDS_KEPT);
		const points = Math.trunc(readNumber(args.points, MOST_POINTS));
		if (typeof uplink !== "string" || !(from < to) || points < 1)
			throw new UbusError(ubusStatus.invalidArgument);
		const keepS = { 1: SECONDS_KEPT, ...this.#store.keepS };
		const { source, stepS } = chooseResolution(now - from, to - from, Math.min(points, MOST_POINTS), keepS);
		const rows =
			source === 1
				? this.#readSeconds(uplink, stepS, from, to)
				: await this.#read(uplink, source, stepS, from, to);
		return buildAnswer(uplink, stepS, rows.slice(-MOST_POINTS), this.trouble);
	}

	#readSeconds(uplink: string, stepS: number, from: number, to: number): [number, Sample][] {
		const offset = Math.round(wallMs() / 1000) - nowS();
		const groups = new Map<number, Sample[]>();
		for (const [second, sample] of this.#recorder.list(
			uplink,
			Math.floor(from) - offset,
			Math.ceil(to) - offset,
		)) {
			const at = Math.floor((second + offset) / stepS) * stepS;
			groups.set(at, [...(groups.get(at) ?? []), sample]);
		}
		return [...groups].flatMap(([at, samples]) => {
			const merged = mergeSamples(samples);
			return merged === null ? [] : [[at, merged] as [number, Sample]];
		});
	}

	async #read(...[uplink, source, stepS, from, to]: Parameters<Store["query"]>): Promise<[number, Sample][]> {
		if (this.trouble !== null) return [];
		try {
			return await this.#store.query(uplink, source, stepS, from, to);
		} catch (error) {
			if (!(error instanceof SqliteError)) throw error;
			return [];
		}
	}

	/** One after the other; a damaged file is replaced by a new one. */
	#enqueue(action: () => Promise<void>): void {
		this.#work = this.#work.then(async () => {
			try {
				await action();
				this.trouble = null;
			} catch (error) {
				await this.#recover(error);
			}
		});
	}

	async #recover(error: unknown): Promise<void> {
		this.trouble = error instanceof Error ? error.message : String(error);
		this.#log("warning", "history: not written", { error: this.trouble });
		if (error instanceof NoSqliteError) return;
		try {
			await this.#store.reopen();
			this.trouble = null;
		} catch (again) {
			this.trouble = again instanceof Error ? again.message : String(again);
			setTimeout(() => this.#enqueue(() => this.#store.reopen()), 60_000);
		}
	}
}

function buildAnswer(
	uplink: string,
	stepS: number,
	rows: readonly [number, Sample][],
	trouble: string | null,
): BlobTable {
	const list = (pick: (sample: Sample) => number | null) => rows.map(([, sample]) => pick(sample) ?? -1);
	return {
		uplink,
		step_s: stepS,
		at_s: rows.map(([at]) => at),
		rx_rate: list(({ rx }) => Math.round(rx / stepS)),
		tx_rate: list(({ tx }) => Math.round(tx / stepS)),
		rtt_us: { ipv4: list(({ rtt4 }) => rtt4), ipv6: list(({ rtt6 }) => rtt6) },
		loss_permille: { ipv4: list(({ loss4 }) => loss4), ipv6: list(({ loss6 }) => loss6) },
		usable_permille: { ipv4: list(({ usable4 }) => usable4), ipv6: list(({ usable6 }) => usable6) },
		...(trouble !== null && { trouble }),
	};
}

function nowS(): number {
	return Math.floor(monotonicMs() / 1000);
}

function readNumber(value: unknown, otherwise: number): number {
	return typeof value === "number" || typeof value === "bigint" ? Number(value) : otherwise;
}

import type { LogWriter } from "polywan/log";
import type { Status } from "polywan-core/status";
import { monotonicMs, wallMs } from "polywan-runtime/clock";
import { UbusError, type UbusMethod, ubusStatus } from "ubus-js/bus";
import type { BlobTable } from "ubus-js/codec";
import type { Listener } from "../bus/feed.ts";
import type { HistoryModel } from "../config/model.ts";
import { Recorder, SECONDS_KEPT } from "./recorder.ts";
import { mergeSamples, type Sample } from "./sample.ts";
import { SqliteError } from "./sqlite.ts";
import { chooseResolution, findReach, MOST_POINTS } from "./step.ts";
import { Store } from "./store.ts";

const WRITE_EVERY_S = 10;
const NOT_YET = "not open yet";
/** Until space was made, or sqlite3 installed. */
const RETRY_MS = 60_000;
/** Between what is asked for and what is answered. */
const SLACK_S = 2;
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
	trouble: string | null = NOT_YET;
	#isOpen = false;
	#work: Promise<void> = Promise.resolve();

	constructor(model: HistoryModel, log: LogWriter) {
		this.#log = log;
		this.#store = new Store(model, log);
	}

	start(): void {
		this.#enqueue(() => this.#open());
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
		if (at < CLOCK_IS_SET_S || !this.#isOpen) return;
		this.#enqueue(async () => {
			await this.#store.write(at - WRITE_EVERY_S, rows);
			this.trouble = null;
		});
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
		const { from: begin, reachS } = await this.#findReach(uplink, from, now);
		const keepS = { 1: this.#recorder.reachOf(uplink, nowS()) + SLACK_S, ...reachS };
		const span = Math.max(to - begin, 1);
		const { source, stepS } = chooseResolution(now - begin, span, Math.min(points, MOST_POINTS), keepS);
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

	/** What the seconds in memory do not hold is on file, if anywhere. */
	async #findReach(uplink: string, from: number, now: number): Promise<ReturnType<typeof findReach>> {
		if (now - from <= this.#recorder.reachOf(uplink, nowS())) return findReach(from, now, { 10: from });
		try {
			return findReach(from, now, this.#isOpen ? await this.#store.readOldest(uplink) : {});
		} catch (error) {
			if (!(error instanceof SqliteError)) throw error;
			return findReach(from, now, {});
		}
	}

	async #read(...[uplink, source, stepS, from, to]: Parameters<Store["query"]>): Promise<[number, Sample][]> {
		if (!this.#isOpen) return [];
		try {
			return await this.#store.query(uplink, source, stepS, from, to);
		} catch (error) {
			if (!(error instanceof SqliteError)) throw error;
			return [];
		}
	}

	async #open(): Promise<void> {
		await this.#store.reopen();
		this.#isOpen = true;
		if (this.trouble === NOT_YET) this.trouble = null;
	}

	/** One after the other; after a failure the file is opened anew. */
	#enqueue(action: () => Promise<void>): void {
		this.#work = this.#work.then(async () => {
			try {
				await action();
			} catch (error) {
				this.#tell(error);
				await this.#recover();
			}
		});
	}

	/** What failed once is in the way until something was written; it is told once, not every ten seconds. */
	#tell(error: unknown): void {
		const why = error instanceof Error ? error.message : String(error);
		if (why !== this.trouble) this.#log("warning", "history: not written", { error: why });
		this.trouble = why;
	}

	async #recover(): Promise<void> {
		this.#isOpen = false;
		try {
			await this.#open();
		} catch (error) {
			this.#tell(error);
			setTimeout(() => this.#enqueue(() => this.#open()), RETRY_MS);
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

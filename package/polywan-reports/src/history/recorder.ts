import type { Status } from "polywan-core/status";
import { buildSample, COLUMNS, mergeSamples, type Sample } from "./sample.ts";

/** Ten minutes of seconds. */
export const SECONDS_KEPT = 600;
/** In place of null. */
const NOTHING = -1;

/** A sample of an uplink over one of the steps that are written. */
export interface Written {
	readonly uplink: string;
	readonly sample: Sample;
}

/** The last ten minutes of one uplink, by second, in a ring of fixed size. */
class Seconds {
	readonly #columns = COLUMNS.map(() => new Int32Array(SECONDS_KEPT).fill(NOTHING));
	readonly #times = new Float64Array(SECONDS_KEPT).fill(Number.NEGATIVE_INFINITY);
	readonly beganAt: number;
	rxBytes: number;
	txBytes: number;

	constructor(second: number, rxBytes: number, txBytes: number) {
		this.beganAt = second;
		this.rxBytes = rxBytes;
		this.txBytes = txBytes;
	}

	put(second: number, sample: Sample): void {
		const at = second % SECONDS_KEPT;
		// Two looks in one second are one.
		const both = this.#times[at] === second ? mergeSamples([this.#get(at), sample]) : sample;
		this.#times[at] = second;
		for (const [index, column] of COLUMNS.entries()) {
			const value = both?.[column] ?? NOTHING;
			const values = this.#columns[index];
			if (values) values[at] = Math.min(value, 0x7fffffff);
		}
	}

	/** Those of seconds from `from` on and before `to`. */
	list(from: number, to: number): [second: number, sample: Sample][] {
		const first = Math.max(from, to - SECONDS_KEPT);
		const found: [number, Sample][] = [];
		for (let second = first; second < to; second++) {
			const at = second % SECONDS_KEPT;
			if (this.#times[at] === second) found.push([second, this.#get(at)]);
		}
		return found;
	}

	#get(at: number): Sample {
		const entries = COLUMNS.map((column, index) => {
			const value = this.#columns[index]?.[at] ?? NOTHING;
			return [column, value === NOTHING ? null : value];
		});
		return Object.fromEntries(entries) as Sample;
	}
}

/** Takes a look at every uplink about once a second. Given the time in seconds, it has no clock. */
export class Recorder {
	readonly #uplinks = new Map<string, Seconds>();

	take({ uplinks }: Pick<Status, "uplinks">, second: number): void {
		for (const name of this.#uplinks.keys())
			if (!uplinks.some((uplink) => uplink.name === name)) this.#uplinks.delete(name);
		for (const uplink of uplinks) {
			const { name, rx_bytes, tx_bytes } = uplink;
			const seconds = this.#uplinks.get(name) ?? new Seconds(second, rx_bytes, tx_bytes);
			this.#uplinks.set(name, seconds);
			const rx = grown(seconds.rxBytes, rx_bytes);
			const tx = grown(seconds.txBytes, tx_bytes);
			seconds.rxBytes = rx_bytes;
			seconds.txBytes = tx_bytes;
			seconds.put(second, buildSample(uplink, rx, tx));
		}
	}

	/** What to write of the seconds from `from` on and before `to`. */
	merge(from: number, to: number): Written[] {
		return [...this.#uplinks].flatMap(([uplink, seconds]) => {
			const sample = mergeSamples(seconds.list(from, to).map(([, one]) => one));
			return sample === null ? [] : [{ uplink, sample }];
		});
	}

	/** For how many of the last seconds there are any; of one that was added lately, or after a start, not ten minutes. */
	reachOf(uplink: string, second: number): number {
		const began = this.#uplinks.get(uplink)?.beganAt ?? second;
		return Math.min(second - began, SECONDS_KEPT);
	}

	list(uplink: string, from: number, to: number): [second: number, sample: Sample][] {
		return this.#uplinks.get(uplink)?.list(from, to) ?? [];
	}
}

/** A counter that started again has grown by what it shows. */
function grown(before: number, now: number): number {
	return now >= before ? now - before : now;
}

import { type ProbeMethod, renderForMethod } from "./probe-target.ts";

/** What method auto chooses from, the cheapest first. */
const AUTO_METHODS = ["ping", "tcp", "dns", "http"] as const satisfies readonly ProbeMethod[];
export type AutoMethod = (typeof AUTO_METHODS)[number];

const EVALUATE_MS = 60_000;
const EXPLORED = 0.1;
/** Of a score that must be beaten: a change costs the target's measured times. */
const BETTER_BY = 1.15;
/** Older answers count for less. */
const MEMORY = 0.95;
const FEWEST_ASKED = 1.9;
const HOPELESS_MISSES = 5;
/** A round trip this long halves the score. */
const USUAL_RTT_MS = 200;

/** How one method does with one target. */
class Record {
	asked = 0;
	answered = 0;
	rttMs = 0;
	deviationMs = 0;
	#missesInRow = 0;
	#missingSinceMs = 0;
	#answeredAtMs = Number.NEGATIVE_INFINITY;

	/** It may be what is wrong. */
	get isHopeless(): boolean {
		return this.#missesInRow >= HOPELESS_MISSES;
	}

	/** It answered while the other one did not. */
	answersBeside(other: Record): boolean {
		return this.#answeredAtMs > other.#missingSinceMs;
	}

	note(rttMs: number | null, nowMs: number): void {
		this.asked = this.asked * MEMORY + 1;
		this.answered = this.answered * MEMORY + (rttMs === null ? 0 : 1);
		if (rttMs === null) {
			if (this.#missesInRow++ === 0) this.#missingSinceMs = nowMs;
			return;
		}
		this.#missesInRow = 0;
		this.#answeredAtMs = nowMs;
		if (this.rttMs === 0) {
			// RFC 6298, 2.2: after one answer nobody knows how much they scatter.
			this.rttMs = rttMs;
			this.deviationMs = rttMs / 2;
			return;
		}
		this.deviationMs += (Math.abs(rttMs - this.rttMs) - this.deviationMs) / 8;
		this.rttMs += (rttMs - this.rttMs) / 8;
	}

	get success(): number {
		return this.asked === 0 ? 0 : this.answered / this.asked;
	}

	/** Success, latency and reliability in one number from 0 to 1: misses hurt most, then scatter, then length. */
	get score(): number {
		if (this.asked < FEWEST_ASKED) return 0;
		const latency = USUAL_RTT_MS / (USUAL_RTT_MS + this.rttMs);
		const reliability = this.rttMs / (this.rttMs + this.deviationMs || 1);
		return this.success ** 3 * latency * (0.5 + reliability / 2);
	}

	describe(): string {
		return this.answered < 0.5
			? "no answer"
			: `${Math.round(this.success * 100)} % answered in ${Math.round(this.rttMs * 10) / 10} ms`;
	}
}

export interface MethodChange {
	readonly target: string;
	readonly from: AutoMethod;
	readonly to: AutoMethod;
	/** In words a user understands. */
	readonly reason: string;
}

/** Finds out for each plain address which method works best through one uplink in one family. */
export class MethodChoice {
	readonly #records = new Map<string, Map<AutoMethod, Record>>();
	readonly #methods = new Map<string, AutoMethod>();
	#evaluatedAtMs: number;
	#turn = 0;

	constructor(nowMs: number) {
		this.#evaluatedAtMs = nowMs;
	}

	/** How the target is to be asked now. */
	method(target: string): AutoMethod {
		return this.#methods.get(target) ?? "ping";
	}

	/** The target as the method asks it. */
	render(target: string, method: AutoMethod): string {
		return renderForMethod(target, method) ?? target;
	}

	/** Another method to try beside; null: not this time. `draw`: evenly spread over 0–1. */
	explore(target: string, draw: number): AutoMethod | null {
		const current = this.method(target);
		const record = this.#record(target, current);
		// Do not wait for chance.
		if (record.answered > 0 && !record.isHopeless && draw >= EXPLORED) return null;
		const others = AUTO_METHODS.filter((method) => method !== current);
		return others[this.#turn++ % others.length] ?? null;
	}

	/** A probe came back, or not (null). */
	note(target: string, method: AutoMethod, rttMs: number | null, nowMs: number): void {
		this.#record(target, method).note(rttMs, nowMs);
	}

	/** Changes that are due: once a minute, and at once where another answers while the present one does not. */
	evaluate(nowMs: number): readonly MethodChange[] {
		const isDue = nowMs - this.#evaluatedAtMs >= EVALUATE_MS;
		if (isDue) this.#evaluatedAtMs = nowMs;
		const changes: MethodChange[] = [];
		for (const [target, records] of this.#records) {
			const from = this.method(target);
			const present = this.#record(target, from);
			if (!isDue && !present.isHopeless) continue;
			const able = [...records].filter(([, record]) => !present.isHopeless || record.answersBeside(present));
			const [best] = able.sort(([, one], [, other]) => other.score - one.score);
			const toBeat = present.isHopeless ? 0 : present.score * BETTER_BY;
			if (best === undefined || best[0] === from || best[1].score <= toBeat) continue;
			const [to, record] = best;
			this.#methods.set(target, to);
			const reason = `${target} is asked by ${to} (${record.describe()}) instead of ${from} (${present.describe()})`;
			changes.push({ target, from, to, reason });
		}
		return changes;
	}

	#record(target: string, method: AutoMethod): Record {
		let records = this.#records.get(target);
		if (records === undefined) {
			records = new Map();
			this.#records.set(target, records);
		}
		let record = records.get(method);
		if (record === undefined) {
			record = new Record();
			records.set(method, record);
		}
		return record;
	}
}

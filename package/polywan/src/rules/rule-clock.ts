import type { Rule } from "polywan-core/config/model";
import { isInForce, nextLook } from "polywan-core/schedule/rule-schedule";
import { wallMs } from "polywan-runtime/clock";
import { readSystemTimeZone } from "../system-time-zone.ts";

/** The clock may be set, or jump. */
const LOOK_MS = 10_000;

/** Tells which rules are out of their time, and when that changes. */
export class RuleClock {
	readonly #onChange: () => void;
	#rules: readonly Rule[] = [];
	#zone = readSystemTimeZone();
	#asleep: ReadonlySet<string> = new Set();
	#timer: number | null = null;

	constructor(onChange: () => void) {
		this.#onChange = onChange;
	}

	get asleep(): ReadonlySet<string> {
		return this.#asleep;
	}

	/** The time zone may have changed. Gives whether other rules are out of their time then. */
	refresh(): boolean {
		this.#zone = readSystemTimeZone();
		return this.#judge();
	}

	setRules(rules: readonly Rule[]): void {
		this.#rules = rules.filter(({ schedule }) => schedule !== null);
		this.#judge();
		this.#lookLater();
	}

	close(): void {
		if (this.#timer !== null) clearTimeout(this.#timer);
		this.#timer = null;
	}

	/** Gives whether anything changed. */
	#judge(): boolean {
		const nowMs = wallMs();
		const before = [...this.#asleep].join(" ");
		const asleep = this.#rules.filter(
			({ schedule }) => schedule !== null && !isInForce(schedule, this.#zone, nowMs),
		);
		this.#asleep = new Set(asleep.map(({ name }) => name));
		return before !== [...this.#asleep].join(" ");
	}

	#lookLater(): void {
		this.close();
		if (this.#rules.length === 0) return;
		const nowMs = wallMs();
		const moments = this.#rules.map(({ schedule }) =>
			schedule === null ? null : nextLook(schedule, this.#zone, nowMs),
		);
		const delayMs = Math.min(LOOK_MS, ...moments.map((at) => (at === null ? LOOK_MS : at - nowMs)));
		this.#timer = setTimeout(
			() => {
				if (this.#judge()) this.#onChange();
				this.#lookLater();
			},
			Math.max(10, delayMs),
		);
	}
}

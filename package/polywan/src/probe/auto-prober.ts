import { parseAddress } from "polywan-core/address";
import { type AutoMethod, type MethodChange, MethodChoice } from "polywan-core/health/method-choice";
import { monotonicMs } from "polywan-runtime/clock";
import type { ProberOptions } from "./prober.ts";
import { ProberSet } from "./prober-set.ts";

/** An answer later than this counts as none. */
const LATEST_MS = 3000;
/** Names probes that try another method; no target is called so. */
const TRIAL = "auto ";

interface Asked {
	readonly target: string;
	readonly method: AutoMethod;
	readonly atMs: number;
}

/** Asks plain addresses by the method that works best, and tries the others beside. */
export class AutoProber {
	readonly #choice = new MethodChoice(monotonicMs());
	readonly #set: ProberSet;
	readonly #asked = new Map<string, Asked>();
	readonly #onChange: (change: MethodChange) => void;
	#sequence = 0;

	constructor(options: ProberOptions, onChange: (change: MethodChange) => void) {
		this.#onChange = onChange;
		this.#set = new ProberSet({
			...options,
			onReply: (target, sequence, rttUs) => {
				this.#settle(target, sequence, rttUs / 1000);
				if (!target.startsWith(TRIAL)) options.onReply(target, sequence, rttUs);
			},
			onFailure: (target, sequence, reason, portal) => {
				this.#settle(target, sequence, null);
				if (!target.startsWith(TRIAL)) options.onFailure(target, sequence, reason, portal);
			},
		});
	}

	send(target: string, sequence: number): void {
		if (parseAddress(target) === null) {
			this.#set.send(target, sequence);
			return;
		}
		const method = this.#choice.method(target);
		this.#ask(target, method, target, sequence);
		const other = this.#choice.explore(target, Math.random());
		if (other !== null) {
			this.#sequence = (this.#sequence + 1) & 0xffff;
			this.#ask(target, other, `${TRIAL}${other} ${target}`, this.#sequence);
		}
		this.#evaluate();
	}

	/** What is on the way is lost together with the uplink: it tells nothing about methods. */
	forget(): void {
		this.#asked.clear();
	}

	close(): void {
		this.#set.close();
	}

	#ask(target: string, method: AutoMethod, text: string, sequence: number): void {
		this.#asked.set(`${text} ${sequence}`, { target, method, atMs: monotonicMs() });
		this.#set.send(this.#choice.render(target, method), sequence, text);
	}

	#settle(text: string, sequence: number, rttMs: number | null): void {
		const key = `${text} ${sequence}`;
		const asked = this.#asked.get(key);
		if (asked === undefined) return;
		this.#asked.delete(key);
		this.#choice.note(asked.target, asked.method, rttMs, monotonicMs());
	}

	#evaluate(): void {
		const nowMs = monotonicMs();
		for (const [key, { target, method, atMs }] of this.#asked) {
			if (nowMs - atMs < LATEST_MS) break;
			this.#asked.delete(key);
			this.#choice.note(target, method, null, nowMs);
		}
		for (const change of this.#choice.evaluate(nowMs)) this.#onChange(change);
	}
}

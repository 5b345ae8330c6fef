import type { Burst } from "./burst.ts";
import type { Target } from "./target.ts";

/** One probe on its way, or given up but still remembered in case its answer is merely late. */
export interface Probe {
	readonly target: Target;
	readonly sequence: number;
	readonly sentAtMs: number;
	readonly deadlineMs: number;
	readonly burst: Burst | null;
	/** Whether its outcome goes into the loss window. */
	readonly counts: boolean;
	/** Number of its outcome in the loss window; -1: not counted. */
	recorded: number;
}

/** Probes sent and not yet answered, by sequence number. */
export class ProbeLedger {
	#sequence = 0;
	#waiting: Probe[] = [];
	readonly #late = new Map<number, Probe>();

	open(target: Target, sentAtMs: number, deadlineMs: number, burst: Burst | null, counts: boolean): Probe {
		this.#sequence = (this.#sequence + 1) & 0xffff;
		const probe: Probe = {
			target,
			sequence: this.#sequence,
			sentAtMs,
			deadlineMs,
			burst,
			counts,
			recorded: -1,
		};
		this.#waiting.push(probe);
		return probe;
	}

	/** Takes the probe this answer belongs to: `late` when it had been given up. Null for strangers and duplicates. */
	take(address: string, sequence: number): { probe: Probe; late: boolean } | null {
		const index = this.#waiting.findIndex((p) => p.sequence === sequence && p.target.address === address);
		const waiting = this.#waiting[index];
		if (waiting !== undefined) {
			this.#waiting.splice(index, 1);
			return { probe: waiting, late: false };
		}
		const late = this.#late.get(sequence);
		if (late === undefined || late.target.address !== address) return null;
		this.#late.delete(sequence);
		return { probe: late, late: true };
	}

	/** Gives up the probes whose deadline has passed, oldest first. */
	expire(nowMs: number): readonly Probe[] {
		if (this.nextDeadlineMs > nowMs) return NONE;
		const expired = this.#waiting.filter((probe) => probe.deadlineMs <= nowMs);
		this.#waiting = this.#waiting.filter((probe) => probe.deadlineMs > nowMs);
		for (const probe of expired) this.#late.set(probe.sequence, probe);
		this.#forget(nowMs);
		return expired;
	}

	get nextDeadlineMs(): number {
		let next = Number.POSITIVE_INFINITY;
		for (const probe of this.#waiting) if (probe.deadlineMs < next) next = probe.deadlineMs;
		return next;
	}

	isWaitingFor(burst: Burst): boolean {
		return this.#waiting.some((probe) => probe.burst === burst);
	}

	clear(): void {
		this.#waiting = [];
		this.#late.clear();
	}

	#forget(nowMs: number): void {
		for (const [sequence, probe] of this.#late) {
			if (nowMs - probe.sentAtMs <= REMEMBER_MS) return;
			this.#late.delete(sequence);
		}
	}
}

const NONE: readonly Probe[] = [];
/** Queues longer than this are a fault, not a delay. */
const REMEMBER_MS = 10_000;

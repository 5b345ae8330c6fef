import { countLoss, divergence, type LossWindow } from "./loss.ts";
import { PathRtt } from "./rtt.ts";

/** One probe target of an uplink. */
export class Target {
	readonly address: string;
	readonly slot: number;
	readonly rtt = new PathRtt();
	/** False: it stays silent or loses much more than the others; looked at now and then, never decides alone. */
	trusted = true;
	/** Whether the last probe it should have answered was answered; null: not yet asked. */
	answering: boolean | null = null;
	answeredAtMs = Number.NEGATIVE_INFINITY;
	#missesInRow = 0;
	#missingSinceMs = 0;
	#answersInRow = 0;
	#answersNeeded = 3;

	constructor(address: string, slot: number) {
		this.address = address;
		this.slot = slot;
	}

	answered(nowMs: number): void {
		this.answering = true;
		this.answeredAtMs = nowMs;
		this.#missesInRow = 0;
		this.#answersInRow++;
		if (!this.trusted && this.#answersInRow >= this.#answersNeeded) this.trusted = true;
	}

	missed(sentAtMs: number): void {
		if (this.#missesInRow++ === 0) this.#missingSinceMs = sentAtMs;
		this.#answersInRow = 0;
		if (this.#missesInRow >= 3) this.answering = false;
	}

	/** Silent three times while the other one answered. */
	isDeadBeside(other: Target): boolean {
		return other !== this && this.#missesInRow >= 3 && other.answeredAtMs > this.#missingSinceMs;
	}

	distrust(): void {
		this.trusted = false;
		this.#answersInRow = 0;
		this.#answersNeeded = Math.min(12, this.#answersNeeded * 2);
	}

	/** Nothing it did so far counts (the uplink was gone). */
	forgetMisses(): void {
		this.#missesInRow = 0;
	}
}

/** The targets of one uplink and family, and whose turn it is. */
export class TargetSet {
	readonly all: readonly Target[];
	#turn = 0;
	#checkedAtMs = Number.NEGATIVE_INFINITY;

	constructor(addresses: readonly string[]) {
		this.all = [...new Set(addresses)].slice(0, 64).map((address, slot) => new Target(address, slot));
	}

	isSameAs(other: TargetSet): boolean {
		return (
			this.all.length === other.all.length &&
			this.all.every((target, slot) => target.address === other.all[slot]?.address)
		);
	}

	readonly counts = (slot: number): boolean => this.all[slot]?.trusted ?? false;

	/** The next trusted target in turn. */
	nextTrusted(): Target | null {
		return this.#next((target) => target.trusted) ?? this.nextAny();
	}

	nextAny(): Target | null {
		return this.#next(() => true);
	}

	/** Up to two different targets for one round of a burst: trusted ones, and the others where those are fewer than two. */
	nextPair(): Target[] {
		const first = this.nextTrusted();
		if (first === null) return [];
		const second =
			this.#next((target) => target.trusted && target !== first) ?? this.#next((target) => target !== first);
		return second === null ? [first] : [first, second];
	}

	/** A distrusted target that is due for a look; asking marks it as looked at. */
	nextCheck(nowMs: number): Target | null {
		if (nowMs - this.#checkedAtMs < CHECK_MS) return null;
		const target = this.#next((candidate) => !candidate.trusted);
		if (target !== null) this.#checkedAtMs = nowMs;
		return target;
	}

	/** After a miss: stop trusting targets that are dead or much worse than the others while the others answer. */
	judge(missed: Target, window: LossWindow): void {
		if (!missed.trusted) return;
		const answering = this.all.find((other) => missed.isDeadBeside(other));
		if (answering === undefined && !this.#isMuchWorse(missed, window)) return;
		missed.distrust();
		if (!this.all.some((target) => target.trusted)) {
			const best = answering ?? this.all.find((target) => target !== missed);
			if (best !== undefined) best.trusted = true;
		}
	}

	#isMuchWorse(target: Target, window: LossWindow): boolean {
		const own = countLoss(window, 320, (slot) => slot === target.slot);
		const others = countLoss(window, 320, (slot) => slot !== target.slot && this.counts(slot));
		if (own.total < 10 || others.total < 20) return false;
		const share = own.lost / own.total;
		const usual = (others.lost + 1) / (others.total + 2);
		return share > usual && own.total * divergence(share, usual) >= WORSE_NATS;
	}

	#next(accepts: (target: Target) => boolean): Target | null {
		for (let i = 0; i < this.all.length; i++) {
			const target = this.all[(this.#turn + i) % this.all.length];
			if (target !== undefined && accepts(target)) {
				this.#turn = (this.#turn + i + 1) % this.all.length;
				return target;
			}
		}
		return null;
	}
}

const CHECK_MS = 20_000;
const WORSE_NATS = 9;

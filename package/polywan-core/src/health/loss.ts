/** Outcomes of the last probes, newest last, each with the slot of its target. */
export class LossWindow {
	/** slot << 1 | lost */
	readonly #outcomes = new Uint8Array(CAPACITY);
	#recorded = 0;
	#lost = 0;

	/** Lost among all that are remembered. */
	get lost(): number {
		return this.#lost;
	}

	get total(): number {
		return Math.min(this.#recorded, CAPACITY);
	}

	/** The number of this outcome, for `correct`. Slots are 0–127. */
	record(slot: number, lost: boolean): number {
		const index = this.#recorded % CAPACITY;
		if (this.#recorded >= CAPACITY) this.#lost -= (this.#outcomes[index] ?? 0) & 1;
		this.#outcomes[index] = (slot << 1) | (lost ? 1 : 0);
		if (lost) this.#lost++;
		return this.#recorded++;
	}

	/** A probe counted as lost was answered after all. */
	correct(recorded: number): void {
		if (recorded < 0 || recorded >= this.#recorded || recorded < this.#recorded - CAPACITY) return;
		const index = recorded % CAPACITY;
		const outcome = this.#outcomes[index] ?? 0;
		this.#lost -= outcome & 1;
		this.#outcomes[index] = outcome & ~1;
	}

	/** Calls back after each outcome, from the newest to the oldest, until it returns false. */
	scan(visit: (slot: number, lost: number) => boolean): void {
		const oldest = Math.max(0, this.#recorded - CAPACITY);
		for (let i = this.#recorded - 1; i >= oldest; i--) {
			const outcome = this.#outcomes[i % CAPACITY] ?? 0;
			if (!visit(outcome >> 1, outcome & 1)) return;
		}
	}

	clear(): void {
		this.#recorded = 0;
		this.#lost = 0;
	}
}

const CAPACITY = 320;

export interface LossCount {
	readonly lost: number;
	readonly total: number;
}

/** Losses among the newest `last` outcomes of the targets that `counts` accepts. */
export function countLoss(window: LossWindow, last: number, counts: (slot: number) => boolean): LossCount {
	let lost = 0;
	let total = 0;
	window.scan((slot, wasLost) => {
		if (counts(slot)) {
			lost += wasLost;
			total++;
		}
		return total < last;
	});
	return { lost, total };
}

const SPANS: readonly number[] = [20, 40, 80, 160, 320];

/** The counts over the newest 20, 40, 80, … outcomes, the last one over all there are. */
export function countLossSpans(window: LossWindow, counts: (slot: number) => boolean): LossCount[] {
	const spans: LossCount[] = [];
	// The usual case costs nothing.
	if (window.lost === 0) return window.total === 0 ? spans : [{ lost: 0, total: window.total }];
	let lost = 0;
	let total = 0;
	window.scan((slot, wasLost) => {
		if (!counts(slot)) return true;
		lost += wasLost;
		total++;
		if (total === SPANS[spans.length]) spans.push({ lost, total });
		return spans.length < SPANS.length;
	});
	if (total > 0 && spans.at(-1)?.total !== total) spans.push({ lost, total });
	return spans;
}

/** Kullback-Leibler divergence of two coins, in nats. n × divergence(k/n, p) bounds -ln P(k or more of n | p) (Chernoff). */
export function divergence(observed: number, expected: number): number {
	const p = Math.min(1 - 1e-9, Math.max(1e-9, expected));
	const heads = observed === 0 ? 0 : observed * Math.log(observed / p);
	const tails = observed === 1 ? 0 : (1 - observed) * Math.log((1 - observed) / (1 - p));
	return heads + tails;
}

/** e^-12 = 6e-6: how unlikely chance must be before loss is called more than the lower threshold. */
const SURE_NATS = 12;
const FAIRLY_SURE_NATS = 6;

/** Loss reached `upper` and is surely above `lower` (shares from 0 to 1), in any of the spans. */
export function isLossHigh(spans: readonly LossCount[], upper: number, lower: number): boolean {
	return spans.some(({ lost, total }) => {
		const share = lost / total;
		return total >= 10 && share >= upper && share > lower && total * divergence(share, lower) >= SURE_NATS;
	});
}

/** Loss fell to `lower` and is likely below `upper`, in a span of at least 40 outcomes. */
export function isLossLow(spans: readonly LossCount[], upper: number, lower: number): boolean {
	return spans.some(({ lost, total }) => {
		const share = lost / total;
		return total >= 40 && share <= lower && total * divergence(share, upper) >= FAIRLY_SURE_NATS;
	});
}

/** A cautious (rather too high) guess of the share lost, from the spans: what the length of a burst is computed with. */
export function cautiousLoss(spans: readonly LossCount[]): number {
	let worst = 1 / 23;
	for (const { lost, total } of spans) worst = Math.max(worst, (lost + 1) / (Math.max(20, total) + 3));
	return worst;
}

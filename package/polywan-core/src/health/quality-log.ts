/** Round trips, loss and time in use of one span of time. */
export interface SpanQuality {
	/** Null without an answer in it. */
	readonly rtt: { readonly minMs: number; readonly avgMs: number; readonly maxMs: number } | null;
	/** Mean difference of consecutive round trips to the same target: what J of RFC 3550 (6.4.1) settles at; null: fewer than two. */
	readonly jitterMs: number | null;
	/** Null without a probe in it. */
	readonly lossPercent: number | null;
	/** Part of the time watched in which it was in use; null: not watched in it. */
	readonly uptimePercent: number | null;
	readonly probes: number;
}

/** Spans a quality is given over. */
export const SPANS = ["10s", "1m", "1h", "24h"] as const;
export type Span = (typeof SPANS)[number];

interface Level {
	readonly span: Span;
	readonly bucketMs: number;
	readonly buckets: number;
}

const LEVELS: readonly Level[] = [
	{ span: "10s", bucketMs: 1000, buckets: 10 },
	{ span: "1m", bucketMs: 10_000, buckets: 6 },
	{ span: "1h", bucketMs: 300_000, buckets: 12 },
	{ span: "24h", bucketMs: 3_600_000, buckets: 24 },
];

// Columns of a bucket.
const PROBES = 0;
const LOST = 1;
const ANSWERS = 2;
const RTT_SUM = 3;
const RTT_MIN = 4;
const RTT_MAX = 5;
const STEPS = 6;
const STEP_SUM = 7;
const UP_MS = 8;
const WATCHED_MS = 9;
const COLUMNS = 10;
const SECOND_MS = 1000;

/** What was measured lately: a ring of buckets for each span, a constant 2 kB. */
export class QualityLog {
	readonly #rings = LEVELS.map(({ buckets }) => new Float32Array(buckets * COLUMNS));
	readonly #numbers: number[];
	#atMs: number;
	#isUp = false;
	/** Counted since the last second began; rings are written once a second. */
	#secondEndMs = Number.NEGATIVE_INFINITY;
	#probes = 0;
	#lost = 0;
	#answers = 0;
	#rttSum = 0;
	#rttMin = 0;
	#rttMax = 0;
	#steps = 0;
	#stepSum = 0;

	constructor(nowMs: number) {
		this.#atMs = nowMs;
		this.#numbers = LEVELS.map(({ bucketMs }) => Math.floor(nowMs / bucketMs));
	}

	/** From now on it is in use, or not. */
	setUp(isUp: boolean, nowMs: number): void {
		this.advance(nowMs);
		this.#isUp = isUp;
	}

	/** @param stepMs difference to the round trip before to the same target; null: there was none */
	answered(rttMs: number | null, stepMs: number | null, nowMs: number): void {
		if (nowMs >= this.#secondEndMs) this.advance(nowMs);
		this.#probes++;
		if (rttMs === null) return;
		if (this.#answers++ === 0 || rttMs < this.#rttMin) this.#rttMin = rttMs;
		if (rttMs > this.#rttMax) this.#rttMax = rttMs;
		this.#rttSum += rttMs;
		if (stepMs === null) return;
		this.#steps++;
		this.#stepSum += stepMs < 0 ? -stepMs : stepMs;
	}

	lost(nowMs: number): void {
		if (nowMs >= this.#secondEndMs) this.advance(nowMs);
		this.#probes++;
		this.#lost++;
	}

	/** A probe that was counted as lost has been answered after all. */
	correct(nowMs: number): void {
		if (nowMs >= this.#secondEndMs) this.advance(nowMs);
		this.#lost--;
	}

	read(span: Span, nowMs: number): SpanQuality {
		this.advance(nowMs);
		const ring = this.#rings[SPANS.indexOf(span)] ?? new Float32Array(0);
		const sum = (column: number) => {
			let total = 0;
			for (let at = column; at < ring.length; at += COLUMNS) total += ring[at] ?? 0;
			return total;
		};
		const answers = sum(ANSWERS);
		const steps = sum(STEPS);
		const probes = sum(PROBES);
		const watchedMs = sum(WATCHED_MS);
		return {
			rtt:
				answers === 0 ? null : { minMs: lowest(ring), avgMs: sum(RTT_SUM) / answers, maxMs: highest(ring) },
			jitterMs: steps === 0 ? null : sum(STEP_SUM) / steps,
			lossPercent: probes <= 0 ? null : (Math.max(0, Math.min(sum(LOST), probes)) * 100) / probes,
			uptimePercent: watchedMs <= 0 ? null : Math.min(100, (sum(UP_MS) * 100) / watchedMs),
			probes,
		};
	}

	/** Books what was counted and the time since the last call, this piece by piece where it goes over the end of a bucket. */
	advance(nowMs: number): void {
		this.#flush();
		this.#secondEndMs = (Math.floor(nowMs / SECOND_MS) + 1) * SECOND_MS;
		if (nowMs <= this.#atMs) return;
		for (let level = 0; level < LEVELS.length; level++) {
			const { bucketMs = 1, buckets = 1 } = LEVELS[level] ?? {};
			// Longer ago is not remembered.
			let fromMs = Math.max(this.#atMs, nowMs - bucketMs * (buckets + 1));
			while (fromMs < nowMs) {
				const number = Math.floor(fromMs / bucketMs);
				this.#turn(level, number);
				const untilMs = Math.min(nowMs, (number + 1) * bucketMs);
				this.#book(level, untilMs - fromMs);
				fromMs = untilMs;
			}
			this.#turn(level, Math.floor(nowMs / bucketMs));
		}
		this.#atMs = nowMs;
	}

	#book(level: number, spanMs: number): void {
		const ring = this.#rings[level] as Float32Array;
		const at = this.#current(level);
		ring[at + WATCHED_MS] = (ring[at + WATCHED_MS] ?? 0) + spanMs;
		if (this.#isUp) ring[at + UP_MS] = (ring[at + UP_MS] ?? 0) + spanMs;
	}

	/** Makes the bucket of that number the present one; those between are empty. */
	#turn(level: number, number: number): void {
		const { buckets = 1 } = LEVELS[level] ?? {};
		const last = this.#numbers[level] ?? number;
		if (number === last) return;
		for (let next = Math.max(last + 1, number - buckets + 1); next <= number; next++) {
			const at = (next % buckets) * COLUMNS;
			this.#rings[level]?.fill(0, at, at + COLUMNS);
		}
		this.#numbers[level] = number;
	}

	/** What was counted belongs to the present buckets. */
	#flush(): void {
		if (this.#probes === 0 && this.#lost === 0) return;
		for (let level = 0; level < LEVELS.length; level++) {
			const ring = this.#rings[level] as Float32Array;
			const at = this.#current(level);
			const add = (column: number, value: number) => {
				ring[at + column] = (ring[at + column] ?? 0) + value;
			};
			add(PROBES, this.#probes);
			add(LOST, this.#lost);
			if (this.#answers === 0) continue;
			const isFirst = ring[at + ANSWERS] === 0;
			if (isFirst || this.#rttMin < (ring[at + RTT_MIN] ?? 0)) ring[at + RTT_MIN] = this.#rttMin;
			if (this.#rttMax > (ring[at + RTT_MAX] ?? 0)) ring[at + RTT_MAX] = this.#rttMax;
			add(ANSWERS, this.#answers);
			add(RTT_SUM, this.#rttSum);
			add(STEPS, this.#steps);
			add(STEP_SUM, this.#stepSum);
		}
		this.#probes = 0;
		this.#lost = 0;
		this.#answers = 0;
		this.#rttSum = 0;
		this.#rttMax = 0;
		this.#steps = 0;
		this.#stepSum = 0;
	}

	#current(level: number): number {
		const { buckets = 1 } = LEVELS[level] ?? {};
		return ((this.#numbers[level] ?? 0) % buckets) * COLUMNS;
	}
}

function lowest(ring: Float32Array): number {
	let least = Number.POSITIVE_INFINITY;
	for (let at = 0; at < ring.length; at += COLUMNS)
		if ((ring[at + ANSWERS] ?? 0) > 0) least = Math.min(least, ring[at + RTT_MIN] ?? 0);
	return least;
}

function highest(ring: Float32Array): number {
	let most = 0;
	for (let at = RTT_MAX; at < ring.length; at += COLUMNS) most = Math.max(most, ring[at] ?? 0);
	return most;
}

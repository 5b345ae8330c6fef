/** One participant of a round robin. */
export interface WeightedId {
	readonly id: number;
	/** A positive whole number. */
	readonly weight: number;
}

/**
 * The exact interleaved round robin of the weights: each id appears in proportion to its weight, spread as evenly as
 * possible, so that any stretch of the cycle is close to the wanted shares. Weights whose reduced sum exceeds `limit` are
 * replaced by the closest ones that fit; every participant keeps at least one slot while there are enough.
 */
export function buildSlots(members: readonly WeightedId[], limit: number): readonly number[] {
	const first = members[0];
	if (first === undefined) return [];
	if (members.length === 1) return [first.id];
	const counts = fitWeights(
		members.slice(0, limit).map((member) => member.weight),
		limit,
	);
	const places: {
		readonly id: number;
		readonly count: number;
		readonly odd: number;
		readonly order: number;
	}[] = [];
	for (const [order, count] of counts.entries()) {
		const id = members[order]?.id ?? first.id;
		for (let turn = 0; turn < count; turn++) places.push({ id, count, odd: 2 * turn + 1, order });
	}
	// The middle of the j-th of n turns is (2j + 1) / 2n of the cycle; compared without fractions.
	places.sort((a, b) => a.odd * b.count - b.odd * a.count || a.order - b.order);
	return places.map((place) => place.id);
}

/** How often each id appears, in order of first appearance. */
export function countSlots(slots: readonly number[]): readonly WeightedId[] {
	const counts = new Map<number, number>();
	for (const id of slots) counts.set(id, (counts.get(id) ?? 0) + 1);
	return [...counts].map(([id, weight]) => ({ id, weight }));
}

/** Whole weights in nearly the same proportion whose sum is at most `limit`, none below 1. */
export function fitWeights(weights: readonly number[], limit: number): readonly number[] {
	const exact = reduceWeights(weights);
	const total = weights.reduce((sum, weight) => sum + weight, 0);
	if (exact.reduce((sum, weight) => sum + weight, 0) <= limit) return exact;
	// Every cycle length is tried while that is cheap; with many members the longest is good enough.
	const shortest = weights.length > 8 ? limit : weights.length;
	let best: readonly number[] = [];
	let bestError = Number.POSITIVE_INFINITY;
	for (let length = limit; length >= shortest; length--) {
		const counts = apportion(weights, total, length);
		const error = worstError(weights, total, counts, length);
		if (error < bestError - 1e-12) {
			best = counts;
			bestError = error;
		}
	}
	return reduceWeights(best);
}

function reduceWeights(weights: readonly number[]): readonly number[] {
	const divisor = weights.reduce(greatestCommonDivisor, 0);
	return divisor > 1 ? weights.map((weight) => weight / divisor) : weights;
}

function greatestCommonDivisor(a: number, b: number): number {
	let [x, y] = [a, b];
	while (y !== 0) [x, y] = [y, x % y];
	return x;
}

/** Largest remainders (Hamilton), with at least one for each. */
export function apportion(weights: readonly number[], total: number, length: number): readonly number[] {
	const exact = weights.map((weight) => (weight * length) / total);
	const counts = exact.map((share) => Math.max(1, Math.floor(share)));
	let left = length - counts.reduce((sum, count) => sum + count, 0);
	const byRemainder = exact.map((share, index) => ({ index, remainder: share - (counts[index] ?? 0) }));
	byRemainder.sort((a, b) => b.remainder - a.remainder || a.index - b.index);
	for (let turn = 0; left > 0; turn++, left--) {
		const index = byRemainder[turn % byRemainder.length]?.index ?? 0;
		counts[index] = (counts[index] ?? 0) + 1;
	}
	for (; left < 0; left++) {
		const largest = counts.indexOf(Math.max(...counts));
		counts[largest] = (counts[largest] ?? 0) - 1;
	}
	return counts;
}

function worstError(
	weights: readonly number[],
	total: number,
	counts: readonly number[],
	length: number,
): number {
	let worst = 0;
	for (const [index, count] of counts.entries()) {
		worst = Math.max(worst, Math.abs(count / length - (weights[index] ?? 0) / total));
	}
	return worst;
}

/** A repeatable source of chance: the same seed gives the same run. */
export interface Random {
	/** 0 ≤ n < 1. */
	next(): number;
	/** An integer, 0 ≤ n < limit. */
	below(limit: number): number;
	/** True once in `n` calls on average. */
	oneIn(n: number): boolean;
	pick<T>(items: readonly T[]): T;
	bytes(length: number): Uint8Array;
}

/** xorshift128 (Marsaglia, "Xorshift RNGs", 2003), its state spread from the seed by a multiplicative hash. */
export function seededRandom(seed: number): Random {
	const state = Uint32Array.from(
		[1, 2, 3, 4],
		(n) => Math.imul(seed + n, 0x9e3779b1) ^ Math.imul(n, 0x85ebca6b),
	);
	if (state.every((word) => word === 0)) state[0] = 1;
	const draw = (): number => {
		const [x = 0, y = 0, z = 0, w = 0] = state;
		const t = x ^ (x << 11);
		state.set([y, z, w, w ^ (w >>> 19) ^ t ^ (t >>> 8)]);
		return state[3] ?? 0;
	};
	for (let i = 0; i < 8; i++) draw();
	const below = (limit: number) => Math.floor((draw() / 2 ** 32) * limit);
	return {
		next: () => draw() / 2 ** 32,
		below,
		oneIn: (n) => below(n) === 0,
		pick: (items) => {
			if (items.length === 0) throw new Error("pick needs at least one item to pick from");
			return items[below(items.length)] as (typeof items)[number];
		},
		bytes: (length) => Uint8Array.from({ length }, () => below(256)),
	};
}

import { buildSlots, countSlots, fitWeights } from "polywan-core/policy/slots";
import { describe, expect, test } from "vitest";

function weighted(...weights: number[]) {
	return weights.map((weight, index) => ({ id: index + 1, weight }));
}

describe("exact shares", () => {
	test("7:3 is ten slots, interleaved", () => {
		expect(buildSlots(weighted(7, 3), 1024)).toEqual([1, 2, 1, 1, 1, 2, 1, 1, 2, 1]);
	});

	test("weights are reduced", () => {
		expect(buildSlots(weighted(500, 500), 64)).toEqual([1, 2]);
		expect(buildSlots(weighted(600, 300, 300), 64)).toEqual([1, 2, 3, 1]);
	});

	test("one member needs one slot, none has none", () => {
		expect(buildSlots(weighted(1000), 64)).toEqual([1]);
		expect(buildSlots([], 64)).toEqual([]);
	});

	test.each([[[7, 3]], [[1, 1, 1]], [[5, 3, 2]], [[99, 1]], [[13, 11, 7, 3]]])(
		"%j: every stretch is within one connection of its share for two, two for more",
		(weights) => {
			const slots = buildSlots(weighted(...weights), 1024);
			const total = weights.reduce((sum, weight) => sum + weight, 0);
			const bound = weights.length === 2 ? 1 : 2;
			const twice = [...slots, ...slots];
			for (const [index, weight] of weights.entries()) {
				let seen = 0;
				for (const [length, id] of twice.entries()) {
					if (id === index + 1) seen++;
					expect(Math.abs(seen - ((length + 1) * weight) / total)).toBeLessThanOrEqual(bound);
				}
			}
		},
	);
});

describe("approximate shares", () => {
	test("never more slots than allowed, never a member without one", () => {
		for (const limit of [64, 1024]) {
			for (const weights of [
				[1000, 1],
				[997, 101, 1],
				[1000, 999, 998, 997],
				Array.from({ length: 60 }, (_, n) => n + 1),
			]) {
				const counts = fitWeights(weights, limit);
				expect(counts.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(limit);
				expect(Math.min(...counts)).toBeGreaterThanOrEqual(1);
			}
		}
	});

	test("the closest proportion that fits is taken", () => {
		expect(fitWeights([333, 667], 64)).toEqual([1, 2]);
		expect(fitWeights([500, 501], 64)).toEqual([1, 1]);
	});

	test("the error stays below one slot", () => {
		const weights = [617, 283, 100];
		const slots = buildSlots(weighted(...weights), 64);
		for (const { id, weight } of countSlots(slots)) {
			expect(Math.abs(weight / slots.length - (weights[id - 1] ?? 0) / 1000)).toBeLessThan(1 / 64);
		}
	});

	test("with more members than slots the first ones have them", () => {
		expect(buildSlots(weighted(...Array.from({ length: 100 }, () => 1)), 64)).toHaveLength(64);
	});
});

import { expect, it } from "vitest";
import { seededRandom } from "./random.ts";
import { fuzzUci } from "./uci.ts";

it("uci-parser holds its properties over 20,000 generated and mutated files", () => {
	fuzzUci(20_000, 1);
});

it("the source of chance repeats itself and spreads", () => {
	const draw = (seed: number) => Array.from({ length: 5 }, seededRandom(seed).next);
	expect(draw(7)).toEqual(draw(7));
	expect(draw(7)).not.toEqual(draw(8));
	const counts = new Array(10).fill(0);
	const random = seededRandom(3);
	for (let i = 0; i < 10_000; i++) counts[random.below(10)]++;
	expect(Math.min(...counts)).toBeGreaterThan(900);
});

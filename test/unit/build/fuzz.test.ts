import { expect, test } from "vitest";
import { fuzz } from "../../../build/fuzz.ts";

test("covers all iterations, each chunk with a seed of its own", async () => {
	const runs: [number, number][] = [];
	const target = { name: "t", run: (iterations: number, seed: number) => void runs.push([iterations, seed]) };
	const progress: number[] = [];
	await fuzz(target, 25, 7, (done) => progress.push(done));
	expect(runs.slice(0, 2)).toEqual([
		[3, 7],
		[3, 8],
	]);
	expect(runs.at(-1)).toEqual([1, 15]);
	expect(progress.at(-1)).toBe(25);
	runs.length = 0;
	await fuzz(target, 1_000_000, 7, () => {});
	expect(new Set(runs.map(([iterations]) => iterations))).toEqual(new Set([10_000]));
});

test("a failure says how to see it again", async () => {
	const target = {
		name: "t",
		run: (_: number, seed: number) => {
			if (seed === 8) throw new Error("input");
		},
	};
	await expect(fuzz(target, 300_000, 7, () => {})).rejects.toThrow("--only t --seed 8 --iterations 10000");
});

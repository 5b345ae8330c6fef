import { expect, test } from "vitest";
import { fuzz } from "../../../build/fuzz.ts";

test("covers all iterations, each chunk with a seed of its own", async () => {
	const runs: [number, number][] = [];
	const target = { name: "t", run: (iterations: number, seed: number) => void runs.push([iterations, seed]) };
	const progress: number[] = [];
	await fuzz(target, 25_000, 7, (done) => progress.push(done));
	expect(runs).toEqual([
		[10_000, 7],
		[10_000, 8],
		[5_000, 9],
	]);
	expect(progress).toEqual([10_000, 20_000, 25_000]);
});

test("a failure says how to see it again", async () => {
	const target = {
		name: "t",
		run: (_: number, seed: number) => {
			if (seed === 8) throw new Error("input");
		},
	};
	await expect(fuzz(target, 30_000, 7, () => {})).rejects.toThrow("--only t --seed 8 --iterations 10000");
});

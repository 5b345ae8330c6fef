import { decideByConnections } from "polywan-core/policy/least-connections";
import { buildShareTable, tableSize } from "polywan-core/policy/share-table";
import { describe, expect, test } from "vitest";
import { candidate } from "./candidates.ts";

/** mulberry32, as a fraction. */
function randomOf(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/**
 * Connections that come at random at `perSecond` and last 1 to 10 s, over uplinks whose shares are looked at every 20 ms.
 * Gives how far each uplink is from its part of the live connections, sampled at every look after the first 15 s.
 */
function simulate(
	weights: readonly number[],
	perSecond: number,
	seconds: number,
	seed: number,
): readonly number[] {
	const random = randomOf(seed);
	const total = weights.reduce((sum, weight) => sum + weight, 0);
	const live = weights.map(() => 0);
	const ends: { atMs: number; uplink: number }[] = [];
	const deviations: number[] = [];
	const size = tableSize("least_connections", weights.length);
	let [slots, turn, average] = [weights.map((_, index) => index), 0, 0];
	let nextMs = 0;
	for (let nowMs = 0; nowMs < seconds * 1000; nowMs += 20) {
		let arrivals = 0;
		for (; nextMs < nowMs; nextMs += (-Math.log(1 - random()) * 1000) / perSecond) {
			const uplink = slots[turn++ % slots.length] ?? 0;
			live[uplink] = (live[uplink] ?? 0) + 1;
			ends.push({ atMs: nextMs + 1000 + random() * 9000, uplink });
			arrivals++;
		}
		for (let index = ends.length - 1; index >= 0; index--) {
			const end = ends[index];
			if (end === undefined || end.atMs > nowMs) continue;
			live[end.uplink] = (live[end.uplink] ?? 0) - 1;
			ends.splice(index, 1);
		}
		average += (arrivals - average) * 0.1;
		const candidates = weights.map((weight, index) =>
			candidate(String(index), { weight, connections: live[index] ?? 0 }),
		);
		const { members } = decideByConnections(candidates, average);
		slots = [
			...buildShareTable(
				members.map(({ name, weight }) => ({ id: Number(name), weight })),
				size,
			),
		];
		const all = live.reduce((sum, count) => sum + count, 0);
		if (nowMs < 15_000) continue;
		for (const [index, weight] of weights.entries())
			deviations.push(Math.abs((live[index] ?? 0) - (all * weight) / total));
	}
	return deviations.sort((a, b) => a - b);
}

describe("least_connections", () => {
	test.each([
		{ weights: [1, 1], perSecond: 100, most: 4 },
		{ weights: [7, 3], perSecond: 100, most: 4 },
		{ weights: [1, 1, 1], perSecond: 100, most: 4 },
		{ weights: [1, 1], perSecond: 5, most: 3 },
		{ weights: [1, 1], perSecond: 1000, most: 20 },
	])("keeps $weights at $perSecond a second within $most of their parts", ({ weights, perSecond, most }) => {
		const deviations = simulate(weights, perSecond, 60, 7);
		expect(deviations[Math.floor(deviations.length * 0.99)]).toBeLessThanOrEqual(most);
	});

	test("the next one goes to the least loaded for its weight", () => {
		const { first, members } = decideByConnections(
			[candidate("wan", { connections: 6, weight: 3 }), candidate("wanb", { connections: 3 })],
			0,
		);
		expect(first).toBe("wan");
		expect(members).toEqual([{ name: "wan", weight: 2 }]);
	});

	test("with nothing to choose between they take turns", () => {
		const { members } = decideByConnections([candidate("wan"), candidate("wanb")], 0);
		expect(members.map(({ weight }) => weight)).toEqual([1, 1]);
	});
});

describe("table of shares", () => {
	test("has exactly the parts that fit, evenly spread", () => {
		const slots = buildShareTable(
			[
				{ id: 1, weight: 3 },
				{ id: 2, weight: 1 },
			],
			64,
		);
		expect(slots.filter((id) => id === 2)).toHaveLength(16);
		for (let at = 0; at < 64; at += 4)
			expect(slots.slice(at, at + 4).filter((id) => id === 2)).toHaveLength(1);
	});

	test("changes few places when weights change a little", () => {
		const before = buildShareTable(
			[
				{ id: 1, weight: 32 },
				{ id: 2, weight: 32 },
			],
			64,
		);
		const after = buildShareTable(
			[
				{ id: 1, weight: 30 },
				{ id: 2, weight: 34 },
			],
			64,
		);
		expect(after.filter((id, place) => id !== before[place])).toHaveLength(2);
	});

	test("has room for every member of a large policy", () => {
		expect(tableSize("least_connections", 2)).toBe(16);
		expect(tableSize("quality", 250)).toBe(512);
		const members = Array.from({ length: 250 }, (_, id) => ({ id: id + 1, weight: 1 + (id % 9) }));
		expect(new Set(buildShareTable(members, 512)).size).toBe(250);
	});
});

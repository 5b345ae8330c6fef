import { balance } from "polywan-core/policy/balance";
import type { Candidate, Decision } from "polywan-core/policy/candidate";
import { decideByLatency } from "polywan-core/policy/latency";
import { decideByUse } from "polywan-core/policy/least-used";
import { decideByOverflow } from "polywan-core/policy/overflow";
import { decideByQuality, scoreOf } from "polywan-core/policy/quality";
import { describe, expect, test } from "vitest";
import { candidate, partOf } from "./candidates.ts";

const names = ({ members }: Decision) => members.map(({ name }) => name);

describe("latency", () => {
	const at = (wan: number | null, wanb: number | null) => [
		candidate("wan", { rttMs: wan }),
		candidate("wanb", { rttMs: wanb }),
	];

	test("takes the shortest round trip, and tells the figures", () => {
		const decision = decideByLatency(at(48, 12), null);
		expect(names(decision)).toEqual(["wanb"]);
		expect(decision.reason).toBe("shortest round trip: wan 48 ms, wanb 12 ms");
	});

	test("stays while the other is not clearly better", () => {
		const first = decideByLatency(at(20, 25), null);
		expect(names(first)).toEqual(["wan"]);
		for (const [wan, wanb] of [
			[25, 21],
			[3, 1.5],
			[100, 81],
		] as const)
			expect(names(decideByLatency(at(wan, wanb), first))).toEqual(["wan"]);
		expect(names(decideByLatency(at(25, 19), first))).toEqual(["wanb"]);
	});

	test("ignores what was never measured, and shares by weight where nothing was", () => {
		expect(names(decideByLatency(at(null, 90), null))).toEqual(["wanb"]);
		expect(names(decideByLatency(at(null, null), null))).toEqual(["wan", "wanb"]);
	});
});

describe("quality", () => {
	test("scores weight × 100 / latency × (1 − loss) × (1 − utilisation)", () => {
		const facts = { weight: 3, rttMs: 50, lossPercent: 10, utilisation: 0.25 };
		expect(scoreOf(candidate("wan", facts), 0)).toBeCloseTo(3 * (100 / 50) * 0.9 * 0.75);
	});

	test("shares in proportion to the scores", () => {
		const { members } = decideByQuality(
			[candidate("wan", { rttMs: 10 }), candidate("wanb", { rttMs: 30 })],
			null,
		);
		expect(partOf("wan", members)).toBeCloseTo(0.75, 2);
	});

	test("an uplink that loses everything gets nothing", () => {
		const decision = decideByQuality([candidate("wan", { lossPercent: 100 }), candidate("wanb")], null);
		expect(names(decision)).toEqual(["wanb"]);
	});

	test("does not follow every breath", () => {
		const first = decideByQuality([candidate("wan"), candidate("wanb")], null);
		const near = decideByQuality([candidate("wan", { rttMs: 21 }), candidate("wanb")], first);
		expect(near.members).toEqual(first.members);
		const far = decideByQuality([candidate("wan", { rttMs: 30 }), candidate("wanb")], first);
		expect(partOf("wan", far.members)).toBeCloseTo(0.4, 2);
	});
});

describe("least_used", () => {
	const used = (wan: number, wanb: number) => [
		candidate("wan", { utilisation: wan, capacityBitsPerSecond: 200_000_000 }),
		candidate("wanb", { utilisation: wanb }),
	];

	test("takes the line with the lowest load for its capacity", () => {
		const decision = decideByUse(used(0.4, 0.1), null);
		expect(names(decision)).toEqual(["wanb"]);
		expect(decision.reason).toBe("use of the lines: wan 40 %, wanb 10 %");
	});

	test("lines that are about as free share by capacity", () => {
		const { members } = decideByUse(used(0.02, 0.04), null);
		expect(partOf("wan", members)).toBeCloseTo(2 / 3, 2);
	});

	test("who takes connections goes on until it is clearly fuller", () => {
		const both = decideByUse(used(0.1, 0.1), null);
		expect(names(decideByUse(used(0.2, 0.1), both))).toEqual(["wan", "wanb"]);
		const one = decideByUse(used(0.3, 0.1), both);
		expect(names(one)).toEqual(["wanb"]);
		expect(names(decideByUse(used(0.2, 0.1), one))).toEqual(["wanb"]);
		expect(names(decideByUse(used(0.12, 0.1), one))).toEqual(["wan", "wanb"]);
	});
});

describe("overflow", () => {
	const used = (first: number, second: number) => [
		candidate("wan", { utilisation: first }),
		candidate("wanb", { tier: 2, utilisation: second }),
		candidate("lte", { tier: 3 }),
	];

	test("uses the next tier only when those before are full", () => {
		expect(names(decideByOverflow(used(0.79, 0), null, 80))).toEqual(["wan"]);
		expect(decideByOverflow(used(0.69, 0), null, 80).strainedTier).toBeUndefined();
		expect(decideByOverflow(used(0.79, 0), null, 80).strainedTier).toBe(1);
		const over = decideByOverflow(used(0.85, 0), null, 80);
		expect(names(over)).toEqual(["wanb"]);
		expect(over.reason).toBe("tier 1 is used to 85 %, tier 2 is used to 0 %");
		expect(names(decideByOverflow(used(0.9, 0.9), null, 80))).toEqual(["lte"]);
	});

	test("goes back only when there is room again", () => {
		const over = decideByOverflow(used(0.85, 0), null, 80);
		expect(names(decideByOverflow(used(0.75, 0.2), over, 80))).toEqual(["wanb"]);
		expect(names(decideByOverflow(used(0.69, 0.2), over, 80))).toEqual(["wan"]);
	});

	test("where all are full all are used; several lines of a tier count together", () => {
		const full = [candidate("wan", { utilisation: 1 }), candidate("wanb", { tier: 2, utilisation: 1 })];
		expect(names(decideByOverflow(full, null, 80))).toEqual(["wan", "wanb"]);
		const half = [candidate("wan", { utilisation: 1 }), candidate("wanb", { utilisation: 0.2 })];
		expect(names(decideByOverflow([...half, candidate("lte", { tier: 2 })], null, 80))).toEqual([
			"wan",
			"wanb",
		]);
	});
});

describe("balance over time", () => {
	const input = (candidates: readonly Candidate[], nowMs: number) => ({
		mode: "latency" as const,
		candidates,
		overflowPercent: 80,
		arrivals: 0,
		nowMs,
	});
	const good = [candidate("wan", { rttMs: 10 }), candidate("wanb", { rttMs: 50 })];
	const bad = [candidate("wan", { rttMs: 90 }), candidate("wanb", { rttMs: 50 })];

	test("a change rests for a while", () => {
		const first = balance(input(good, 0), null);
		expect(balance(input(bad, 1999), first)).toBe(first);
		expect(names(balance(input(bad, 2000), first))).toEqual(["wanb"]);
	});

	test("an uplink that goes is out at once", () => {
		const first = balance(input(good, 0), null);
		expect(names(balance(input(good.slice(1), 1), first))).toEqual(["wanb"]);
	});

	test("nothing new is the same object", () => {
		const first = balance(input(good, 0), null);
		expect(balance(input(good, 10_000), first)).toBe(first);
	});
});

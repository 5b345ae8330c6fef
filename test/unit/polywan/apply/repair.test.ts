import { Repairs, renderRepair } from "polywan/apply/repair";
import { describe, expect, it } from "vitest";

describe("how soon what others changed is put back", () => {
	it("waits a moment, once for everything that is noticed meanwhile", () => {
		const repairs = new Repairs();
		expect(repairs.notice("routing", "program", 1000)).toBe(50);
		expect(repairs.notice("packet filter", "program", 1010)).toBeNull();
		expect([...repairs.take(1050).keys()]).toEqual(["routing", "packet filter"]);
		expect(repairs.take(1051).size).toBe(0);
	});

	it("waits longer each time in a fight, up to half a minute, and forgets a fight that ended", () => {
		const repairs = new Repairs();
		let nowMs = 0;
		const delays = Array.from({ length: 18 }, () => {
			const delayMs = repairs.notice("routing", "program", nowMs) ?? Number.NaN;
			nowMs += delayMs;
			repairs.take(nowMs);
			nowMs += 100;
			return delayMs;
		});
		expect(delays.slice(0, 8)).toEqual([50, 50, 50, 50, 50, 100, 200, 400]);
		expect(delays.at(-1)).toBe(30_000);
		expect(repairs.notice("routing", "program", nowMs + 3000)).toBe(50);
	});
});

describe("what is told of a repair", () => {
	const noticed = (culprit: "program" | "kernel") =>
		new Map([["routing", { sinceMs: 100, culprit }] as const]);

	it("names what had been changed, and how long it took", () => {
		expect(renderRepair(noticed("program"), new Set(["routing"]), 180)).toBe(
			"another program changed ip rules or routes of polywan; put back 80 ms after it was noticed",
		);
	});

	it("is nothing where all was well, and where the kernel did it itself", () => {
		expect(renderRepair(noticed("program"), new Set(["packet filter"]), 180)).toBeNull();
		expect(renderRepair(noticed("kernel"), new Set(["routing"]), 180)).toBeNull();
	});

	it("remembers what could not be put back, and that a program is to blame", () => {
		const repairs = new Repairs();
		repairs.notice("routing", "kernel", 100);
		repairs.notice("routing", "program", 120);
		const notices = repairs.take(150);
		repairs.giveBack(notices);
		expect(renderRepair(repairs.take(600), new Set(["routing"]), 600)).toContain("500 ms");
	});
});

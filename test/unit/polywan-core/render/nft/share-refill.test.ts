import { listStaleShares, renderShareRefill } from "polywan-core/render/nft/share-refill";
import { describe, expect, it } from "vitest";
import { planOf } from "../../../polywan/daemon/plans.ts";

describe("shares that a killed daemon left", () => {
	it("are those that differ, as long as nothing else does", () => {
		const differences = [
			"- map s_p1_4 [3]: elements = { 0 : goto u2, 1 : goto u2 }",
			"+ map s_p1_4 [3]: elements = { 0 : goto u1, 1 : goto u2 }",
			"- map s_p1_6 [3]: elements = { 0 : goto u2 }",
		];
		expect(listStaleShares(differences)).toEqual(["s_p1_4", "s_p1_6"]);
		expect(listStaleShares([])).toEqual([]);
	});

	it.each([
		"- map prefixes [3]: elements = { 2001:db8:1::/56 : goto u1 }",
		"+ chain new4 [2]: goto p1_4",
		"- map s_p1_4 [2]: size 64",
		"+ map s_p1_4",
	])("are worth nothing where this differs: %s", (line) => {
		expect(listStaleShares(["- map s_p1_4 [3]: elements = { 0 : goto u2 }", line])).toBeNull();
	});

	it("are filled anew in one transaction, whatever they hold", () => {
		const plan = planOf({ wan: {}, wanb: {} });
		const name = `s_${plan.policies[0]?.kernelName}_4`;
		expect(renderShareRefill(plan, [name])).toMatch(
			new RegExp(`^flush map inet polywan ${name}\nadd element inet polywan ${name} { 0 : goto u\\d.* }\n$`),
		);
		expect(renderShareRefill(plan, [])).toBe("");
	});
});

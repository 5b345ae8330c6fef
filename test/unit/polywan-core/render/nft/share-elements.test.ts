import { buildPlan } from "polywan-core/plan/build";
import { diffShareElements } from "polywan-core/render/nft/share-elements";
import { describe, expect, test } from "vitest";
import { planInput, withState } from "../../fixture.ts";

const input = planInput(
	"config uplink wan\nconfig uplink wanb\nconfig policy it\n\toption mode latency\nconfig policy other\n\toption mode weighted\n",
);
const on = (name: string) =>
	buildPlan({ ...input, measure: () => ({ members: [{ name, weight: 1 }], first: null }) });
const even = buildPlan(input);

describe("elements of maps of slots", () => {
	test("only those that change, of those policies", () => {
		const changes = diffShareElements(even, on("wanb"), ["p1", "p2"]);
		expect(changes?.map(({ set }) => set)).toEqual(["s_p1_4", "s_p1_6"]);
		for (const { elements } of changes ?? []) {
			expect(elements).toHaveLength(32);
			for (const [, chain] of elements) expect(chain).toBe("u2");
		}
		expect(diffShareElements(even, on("wanb"), ["p2"])).toEqual([]);
		expect(diffShareElements(even, even, ["p1"])).toEqual([]);
	});

	test("what is more than elements is left to a whole change", () => {
		const dead = buildPlan(withState(withState(input, "wan", "down"), "wanb", "down"));
		expect(diffShareElements(even, dead, ["p1"])).toBeNull();
		expect(diffShareElements({ ...even, policies: [] }, even, ["p1"])).toBeNull();
	});
});

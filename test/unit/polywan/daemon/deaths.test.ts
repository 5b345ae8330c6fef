import { findDeaths } from "polywan/daemon/deaths";
import type { UplinkState } from "polywan-core/health/state";
import { expect, test } from "vitest";
import { planOf } from "./plans.ts";

const both = planOf({ wan: {}, wanb: {} });

function deaths(after: ReturnType<typeof planOf>, state: UplinkState = "up"): string[] {
	return findDeaths(both, after, (uplink) => (uplink === "wan" ? state : "up")).map(
		({ uplink, family, mark, mask }) => `${uplink} ${family} ${mark.toString(16)}/${mask.toString(16)}`,
	);
}

test("nothing dies while nothing changes", () => expect(deaths(both)).toEqual([]));

test.each(["down", "recovering"] as const)("an uplink that is %s loses its connections", (state) => {
	expect(deaths(planOf({ wan: { state }, wanb: {} }), state)).toEqual(["wan 4 1000000/ff000000"]);
});

test("one that is merely degraded and not used then keeps them", () => {
	const plan = planOf(
		{ wan: { state: "degraded" }, wanb: {} },
		"config uplink 'wan'\n\toption use_degraded '0'\n",
	);
	expect(plan.uplinks[0]?.eligible[4]).toBe(false);
	expect(deaths(plan, "degraded")).toEqual([]);
});

test("another address or device ends them, and so does the end of the link", () => {
	expect(deaths(planOf({ wan: { address: "100.64.9.9" }, wanb: {} }))).toEqual(["wan 4 1000000/ff000000"]);
	expect(deaths(planOf({ wan: { device: "eth7" }, wanb: {} }))).toEqual(["wan 4 1000000/ff000000"]);
	expect(deaths(planOf({ wanb: { device: "eth2", address: "100.64.2.2" } }), "down")).toEqual([
		"wan 4 1000000/ff000000",
	]);
});

test("with another mask every mark means something else", () => {
	const plan = planOf({ wan: {}, wanb: {} }, "config globals\n\toption mark_mask '0xff0000'\n");
	expect(deaths(plan)).toEqual(["wan 4 1000000/ff000000", "wanb 4 2000000/ff000000"]);
});

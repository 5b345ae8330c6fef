import { isRoutingAdded } from "polywan/apply/routing-order";
import { expect, test } from "vitest";
import { planOf } from "../daemon/plans.ts";

const both = planOf({ wan: {}, wanb: {} });

test("an uplink's death needs no new place: the packet filter goes first", () => {
	expect(isRoutingAdded(both, planOf({ wan: { state: "down" }, wanb: {} }))).toBe(false);
	expect(isRoutingAdded(both, both)).toBe(false);
});

test("a new uplink's table and rule are made before anything is sent there", () => {
	expect(isRoutingAdded(planOf({ wan: {} }), both)).toBe(true);
	expect(isRoutingAdded(both, planOf({ wan: { address: "100.64.9.9" }, wanb: {} }))).toBe(true);
});

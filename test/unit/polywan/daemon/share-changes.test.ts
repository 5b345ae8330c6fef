import { renderShareChanges } from "polywan/daemon/share-changes";
import { expect, test } from "vitest";
import { planOf } from "./plans.ts";

const both = planOf({ wan: {}, wanb: {} });

test("the shares of a policy are told when they change, in families that are balanced", () => {
	expect(renderShareChanges(null, both)).toEqual(["policy balanced IPv4: wan 70 %, wanb 30 %"]);
	expect(renderShareChanges(both, both)).toEqual([]);
	expect(renderShareChanges(both, planOf({ wan: { state: "down" }, wanb: {} }))).toEqual([
		"policy balanced IPv4: wanb 100 %",
	]);
	expect(renderShareChanges(both, planOf({}))).toEqual([
		"policy balanced IPv4: unreachable, no uplink is usable",
	]);
});

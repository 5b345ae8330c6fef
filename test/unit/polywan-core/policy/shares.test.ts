import type { Family } from "polywan-core/family";
import { buildShares, type IsEligible } from "polywan-core/policy/shares";
import { describe, expect, test } from "vitest";
import { modelOf } from "../fixture.ts";

const CONFIG = `
config uplink 'wan'
	option tier 1
	option weight 3
config uplink 'cable'
	option tier 1
config uplink 'lte'
	option tier 2
	option family ipv4
config policy 'first'
config policy 'all'
	option mode weighted
	option last_resort default
`;

function sharesOf(policy: string, family: Family, isEligible: IsEligible, config = CONFIG) {
	return buildShares(modelOf(config), isEligible).get(policy)?.[family];
}

const except =
	(...down: string[]): IsEligible =>
	(uplink) =>
		!down.includes(uplink);

describe("failover", () => {
	test("shares by weight within the lowest tier that has an eligible member", () => {
		expect(sharesOf("first", 4, except())).toEqual({
			kind: "uplinks",
			uplinks: [
				{ name: "wan", weight: 3 },
				{ name: "cable", weight: 1 },
			],
		});
		expect(sharesOf("first", 4, except("wan"))).toMatchObject({ uplinks: [{ name: "cable" }] });
		expect(sharesOf("first", 4, except("wan", "cable"))).toMatchObject({ uplinks: [{ name: "lte" }] });
	});

	test("nothing eligible: the last resort", () => {
		expect(sharesOf("first", 4, except("wan", "cable", "lte"))).toEqual({
			kind: "verdict",
			verdict: "unreachable",
		});
		expect(sharesOf("all", 4, except("wan", "cable", "lte"))).toEqual({
			kind: "verdict",
			verdict: "default",
		});
	});

	test("families are independent", () => {
		const wanWithoutIpv6: IsEligible = (uplink, family) => uplink === "wan" && family === 4;
		expect(sharesOf("first", 4, wanWithoutIpv6)).toMatchObject({ uplinks: [{ name: "wan" }] });
		expect(sharesOf("first", 6, wanWithoutIpv6)).toEqual({ kind: "verdict", verdict: "unreachable" });
	});
});

test("weighted uses all tiers", () => {
	expect(sharesOf("all", 4, except("cable"))).toMatchObject({
		uplinks: [
			{ name: "wan", weight: 3 },
			{ name: "lte", weight: 1 },
		],
	});
});

test("a family no uplink is meant for is left to the main table, whatever the last resort", () => {
	expect(sharesOf("failover", 6, except(), "config uplink 'wan'\n\toption family ipv4\n")).toEqual({
		kind: "verdict",
		verdict: "default",
	});
});

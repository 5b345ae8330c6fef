import { buildPlan } from "polywan-core/plan/build";
import { adjustShares } from "polywan-core/plan/policies";
import { countSlots } from "polywan-core/policy/slots";
import { renderIptablesShares } from "polywan-core/render/iptables/share";
import { renderNftChange } from "polywan-core/render/nft/change";
import { describe, expect, test } from "vitest";
import { planInput, withState } from "../fixture.ts";

const uplinks =
	"config uplink wan\n\toption weight 3\n\toption download 50M\nconfig uplink wanb\n\toption download 50M\n";
const config = (mode: string) => `${uplinks}config policy it\n\toption mode ${mode}\n`;

function shareOf(plan: ReturnType<typeof buildPlan>, kernelName = "p1") {
	const share = plan.policies.find((policy) => policy.kernelName === kernelName)?.shares[4];
	if (share === undefined || share.kind === "verdict") throw new Error("no shares");
	return { ...share, counts: countSlots(share.slots) };
}

describe("modes in a plan", () => {
	test("round_robin takes turns whatever the weights", () => {
		expect(shareOf(buildPlan(planInput(config("round_robin")))).slots).toEqual([1, 2]);
	});

	test("custom weights replace the configured ones, and 0 takes one out", () => {
		const input = planInput(config("custom"));
		expect(shareOf(buildPlan(input)).counts).toEqual([
			{ id: 1, weight: 3 },
			{ id: 2, weight: 1 },
		]);
		const even = buildPlan({ ...input, customWeights: { it: { wan: 1 } } });
		expect(shareOf(even).slots).toEqual([1, 2]);
		expect(shareOf(buildPlan({ ...input, customWeights: { it: { wan: 0 } } })).slots).toEqual([2]);
	});

	test("where flows cannot be hashed they are shared by weight", () => {
		const input = planInput(config("flow_hash"));
		expect(shareOf(buildPlan(input)).kind).toBe("hash");
		const weighted = shareOf(buildPlan({ ...input, canHash: false }));
		expect([weighted.kind, weighted.counts[0]?.weight]).toEqual(["slots", 3]);
	});

	test("an uplink that dies leaves a policy that follows measurements", () => {
		const plan = buildPlan(withState(planInput(config("quality")), "wan", "down"));
		expect(new Set(shareOf(plan).slots)).toEqual(new Set([2]));
	});

	test("an adaptive policy has a chain for each kind of traffic", () => {
		const plan = buildPlan(planInput(config("adaptive")));
		expect(plan.policies.map(({ kernelName, variant }) => [kernelName, variant])).toEqual([
			["p1", undefined],
			["p1l", "latency"],
			["p1u", "least_used"],
		]);
	});

	test("routes of the router's own do not follow counts of connections", () => {
		const input = planInput(config("least_connections"));
		const measured = { members: [{ name: "wanb", weight: 2 }], first: "wanb" };
		const plan = buildPlan({ ...input, measure: () => measured });
		expect(plan.tables).toEqual(buildPlan(input).tables);
		expect(new Set(shareOf(plan).slots)).toEqual(new Set([2]));
		const fast = planInput(config("latency"));
		expect(buildPlan({ ...fast, measure: () => measured }).tables).not.toEqual(buildPlan(fast).tables);
	});
});

describe("a change of shares", () => {
	const input = planInput(`${config("least_connections")}config policy other\n\toption mode quality\n`);
	const before = buildPlan(input);
	const after = buildPlan({
		...input,
		measure: ({ policy }) =>
			policy.name === "it" ? { members: [{ name: "wanb", weight: 2 }], first: "wanb" } : null,
	});

	test("touches elements of its own map alone", () => {
		const lines = renderNftChange(before, after).trim().split("\n");
		for (const line of lines) expect(line).toMatch(/^(delete|add) element inet polywan s_p1_[46] /);
	});

	test("writes its own chain alone, starting with whom it is to go to next", () => {
		const text = renderIptablesShares(after, 4, ["p1"]);
		expect(text).toBe(
			"*mangle\n:polywan_p1 - [0:0]\n-A polywan_p1 -m comment --comment policy:it -g polywan_u2\nCOMMIT\n",
		);
	});

	test("is the plan itself where nothing differs", () => {
		const share = after.policies[0]?.shares[4];
		if (share === undefined) throw new Error("no policy");
		expect(adjustShares(after, [{ kernelName: "p1", family: 4, share: { ...share } }])).toBe(after);
		const adjusted = adjustShares(before, [
			{ kernelName: "p1", family: 4, share },
			{ kernelName: "p1", family: 6, share },
		]);
		expect(adjusted.policies).toEqual(after.policies);
		expect(adjusted.policies[1]).toBe(before.policies[1]);
	});
});

import { execFileSync } from "node:child_process";
import { FAMILIES, type Family } from "polywan-core/family";
import { buildPlan } from "polywan-core/plan/build";
import type { Plan, PlanIpRule } from "polywan-core/plan/plan";
import { renderIpBatch, renderIpRule } from "polywan-core/render/ip";
import { describe, expect, test } from "vitest";
import { parseIpRules, readRulesCommand } from "../../../lab/ip-json.ts";
import { manyUplinks, planInput } from "../fixture.ts";

function planOf(uplinks: number, mask: string): Plan {
	return buildPlan(
		planInput(`config globals 'globals'\n\toption mark_mask ${mask}\n${manyUplinks(uplinks, 0)}`),
	);
}

/** The rules a packet with a mark meets, in the kernel's way: the last one decides. */
function walk(rules: readonly PlanIpRule[], mark: number): readonly PlanIpRule[] {
	const met: PlanIpRule[] = [];
	for (let index = 0; index < rules.length; index++) {
		const rule = rules[index];
		if (rule === undefined) break;
		met.push(rule);
		const { fwmark, action } = rule;
		if (fwmark !== null && (mark & fwmark.mask) >>> 0 !== fwmark.value) continue;
		if (action.kind === "goto") index = rules.findIndex(({ priority }) => priority === action.priority) - 1;
		else if (action.kind !== "nop") break;
	}
	return met;
}

/** Those that look at marks alone, in order; ones with the same priority stand as they were added. */
function markRules(plan: Plan, of: Family): readonly PlanIpRule[] {
	const own = plan.ipRules.filter(
		({ family, priority }) => family === of && priority >= 6100 && priority < 6400,
	);
	return [...own].sort((a, b) => a.priority - b.priority);
}

describe.each([
	[250, "0xff000000"],
	[40, "0x3f00"],
	[17, "0xff000000"],
] as const)("%i uplinks in mask %s", (uplinks, mask) => {
	const plan = planOf(uplinks, mask);
	const marks = [
		...plan.uplinks.map(({ mark }) => mark),
		...Object.values(plan.verdictMarks),
		plan.notrackMark,
		0,
	];

	test.each(FAMILIES)("IPv%i: shortcuts lead where one rule after the other does", (family) => {
		const rules = markRules(plan, family);
		const plain = rules.filter(({ action }) => action.kind !== "goto");
		for (const mark of marks) expect(walk(rules, mark).at(-1)).toEqual(walk(plain, mark).at(-1));
	});

	test.each(FAMILIES)("IPv%i: no marked packet meets many rules", (family) => {
		const rules = markRules(plan, family);
		for (const { mark } of plan.uplinks) expect(walk(rules, mark).length).toBeLessThanOrEqual(40);
	});

	test.skipIf(process.getuid?.() !== 0).each(FAMILIES)("IPv%i: the kernel gives them back", (family) => {
		const wanted = plan.ipRules.filter((rule) => rule.family === family);
		const changes = { addRoutes: [], addRules: wanted, removeRules: [], removeRoutes: [] };
		const script = `ip -${family} -batch - && exec ${readRulesCommand(family).join(" ")}`;
		const input = renderIpBatch(changes, family);
		const text = execFileSync("unshare", ["-n", "sh", "-c", script], { input, encoding: "utf8" });
		const found = parseIpRules(text, family).filter(({ priority }) => priority >= 6000 && priority < 7000);
		expect(found.map(renderIpRule).sort()).toEqual(wanted.map(renderIpRule).sort());
	});
});

test("few uplinks need no shortcuts", () => {
	expect(planOf(16, "0xff000000").ipRules.map(({ action }) => action.kind)).not.toContain("goto");
});

import { describe, expect, test } from "vitest";
import {
	addSection,
	type ConfigPackage,
	deleteSection,
	findSection,
	parseConfig,
	setOption,
	textOf,
} from "../../../ui/src/edit/config.ts";
import { buildOperations } from "../../../ui/src/edit/operations.ts";
import { StagedConfig } from "../../../ui/src/edit/staged-config.ts";

const section = (type: string, name: string, index: number) => ({
	".anonymous": false,
	".type": type,
	".name": name,
	".index": index,
});
const inForce = parseConfig("polywan", {
	wan: { ...section("uplink", "wan", 0), weight: "3" },
	wanb: { ...section("uplink", "wanb", 1), weight: "1" },
	all: { ...section("rule", "all", 2), target: "wan" },
});
const mine = (of: ConfigPackage) => setOption(of, "wan", "weight", "5");
const MINE = [["set", "wan", "weight", "5"]];

/** A page with one option edited and staged. */
function edited(): StagedConfig {
	const config = new StagedConfig("polywan");
	const read = { changes: [], kept: null, onTrial: false };
	config.take({ ...read, inRouter: inForce });
	config.draft.value = mine(inForce);
	config.take({ ...read, inRouter: mine(inForce), changes: MINE });
	return config;
}

function told(config: StagedConfig): string[] {
	return config.differences.value.map((each) =>
		each.kind === "changed" ? `${each.section.name}.${each.option} ${each.before} ${each.after}` : each.kind,
	);
}

describe("what others put in force while something is edited here", () => {
	const theirs = (of: ConfigPackage) =>
		addSection(setOption(deleteSection(of, "all"), "wanb", "weight", "7"), "uplink", "lte");

	test("is shown, is no edit of ours, and is not undone by the next one", () => {
		const config = edited();
		const inRouter = theirs(mine(inForce));
		config.take({ inRouter, changes: MINE, kept: null, onTrial: false });
		expect(told(config)).toEqual(["wan.weight 3 5"]);
		const draft = config.draft.value ?? inForce;
		const other = findSection(draft, "wanb");
		expect(other && textOf(other, "weight")).toBe("7");
		expect(buildOperations(inRouter, draft)).toEqual([]);
	});

	test("yields to what is edited here, staged or not yet", () => {
		const config = edited();
		config.draft.value = setOption(config.draft.value ?? inForce, "wanb", "weight", "2");
		config.take({ inRouter: theirs(mine(inForce)), changes: MINE, kept: null, onTrial: false });
		expect(told(config)).toEqual(["wan.weight 3 5", "wanb.weight 1 2"]);
	});

	test("is told from what another page of the same session staged, which stays staged", () => {
		const config = edited();
		const inRouter = setOption(mine(inForce), "wanb", "tier", "2");
		config.take({ inRouter, changes: [...MINE, ["set", "wanb", "tier", "2"]], kept: null, onTrial: false });
		expect(told(config)).toEqual(["wan.weight 3 5", "wanb.tier null 2"]);
	});

	test("an answer that is older than what was staged meanwhile takes nothing back", () => {
		const config = edited();
		config.take({ inRouter: inForce, changes: MINE, kept: null, onTrial: false });
		expect(told(config)).toEqual(["wan.weight 3 5"]);
	});
});

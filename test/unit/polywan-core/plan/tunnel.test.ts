import { readFileSync } from "node:fs";
import { parseModel } from "polywan-core/config/parse";
import { readPackage } from "polywan-core/config/read";
import { buildPlan } from "polywan-core/plan/build";
import { allocateKernelIds, NO_IDS } from "polywan-core/plan/ids";
import { expect, test } from "vitest";

const CASE = "test/golden/tunnel";
const text = readFileSync(`${CASE}/config`, "utf8");
const bare = text.replace(/^\tlist endpoint .*\n/gm, "");

function planOf(config: string, farEnds: Record<string, readonly string[]>) {
	const model = parseModel(readPackage(config), {});
	return buildPlan({
		model,
		links: JSON.parse(readFileSync(`${CASE}/links.json`, "utf8")),
		states: JSON.parse(readFileSync(`${CASE}/states.json`, "utf8")),
		ids: allocateKernelIds(model, NO_IDS).ids,
		devices: new Map(),
		farEnds: new Map(Object.entries(farEnds)),
	});
}

test("far ends that were found out are as good as those in the configuration", () => {
	const vpn = ["198.51.100.7", "2001:db8:ffff::7"];
	expect(planOf(bare, { vpn })).toEqual(planOf(text, {}));
	expect(planOf(bare, {})).not.toEqual(planOf(text, {}));
});

test("what the configuration says counts for more", () => {
	expect(planOf(text, { vpn: ["198.51.100.99"] })).toEqual(planOf(text, {}));
});

test("a tunnel whose far end is not known yet carries no other tunnel", () => {
	const { endpoints, tables } = planOf(`${text}\nconfig uplink 'wg'\n`, { wg: [] });
	expect(endpoints).toEqual(planOf(text, {}).endpoints);
	expect(tables).toEqual(expect.arrayContaining([...planOf(text, {}).tables]));
});

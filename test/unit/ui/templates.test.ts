import { parseModel } from "polywan-core/config/parse";
import { buildShares } from "polywan-core/policy/shares";
import { expect, test } from "vitest";
import { addSection, type ConfigPackage, sectionsOf } from "../../../ui/src/edit/config.ts";
import { toConfig } from "../../../ui/src/import/imported.ts";
import { listInner, proposeChoice } from "../../../ui/src/templates/proposal.ts";
import { type Choice, TEMPLATES, type TemplateName } from "../../../ui/src/templates/template.ts";

const config = toConfig("polywan", [
	{ type: "uplink", name: "fibre", options: { download: "100M", weight: "9" } },
	{ type: "uplink", name: "cable", options: { download: "50M" } },
	{ type: "uplink", name: "lte", options: { download: "25M" } },
	{ type: "rule", name: null, options: { target: "fibre" } },
]);
const netif = (name: string) => ({
	name,
	device: name,
	up: true,
	proto: "static",
	addresses: [],
	defaultRoutes: [],
	metric: 0,
});
const netifs = [netif("lan"), netif("guest")];
const chosen = proposeChoice(config, netifs);

function build(name: TemplateName, choice: Partial<Choice> = {}): ConfigPackage {
	const template = TEMPLATES.find((each) => each.name === name);
	if (template === undefined) throw new Error(`no template ${name}`);
	return template.build(config, { ...chosen, fallback: template.fallback, ...choice });
}

/** Percent by uplink of what goes there for the target of the first rule, or by default. */
function sharesOf(
	built: ConfigPackage,
	policy: string,
	down: readonly string[] = [],
): Record<string, number> {
	const share = buildShares(parseModel(built, {}), (uplink) => !down.includes(uplink)).get(policy)?.[4];
	const uplinks = share?.kind === "uplinks" ? share.uplinks : [];
	const total = uplinks.reduce((sum, { weight }) => sum + weight, 0);
	return Object.fromEntries(uplinks.map(({ name, weight }) => [name, Math.round((weight * 100) / total)]));
}

const firstRule = (built: ConfigPackage) => sectionsOf(built, "rule")[0];

test("what is proposed follows the capacities, and guests come before the LAN", () => {
	expect(chosen.order).toEqual(["fibre", "cable", "lte"]);
	expect(chosen.weights).toEqual({ fibre: "4", cable: "2", lte: "1" });
	expect(listInner(netifs)).toEqual(["guest", "lan"]);
});

test.each(TEMPLATES.map(({ name }) => name))("%s makes a configuration without problems", (name) => {
	for (const fallback of [true, false])
		expect(parseModel(build(name, { fallback }), {}).problems).toEqual([]);
});

test("failover goes from one uplink to the next in the order chosen, and is what traffic goes by", () => {
	const built = build("failover", { order: ["cable", "fibre", "lte"] });
	expect(sectionsOf(built, "globals")[0]?.options.get("default_policy")).toBe("failover");
	expect(sharesOf(built, "failover")).toEqual({ cable: 100 });
	expect(sharesOf(built, "failover", ["cable"])).toEqual({ fibre: 100 });
	expect(sharesOf(built, "failover", ["cable", "fibre"])).toEqual({ lte: 100 });
});

test("balance shares by weight", () => {
	expect(sharesOf(build("balance"), "balanced")).toEqual({ fibre: 57, cable: 29, lte: 14 });
});

test("a metered line is cold, and used when nothing else works", () => {
	const built = build("metered", { line: "lte" });
	expect(
		sectionsOf(built, "uplink")
			.find(({ name }) => name === "lte")
			?.options.get("standby"),
	).toBe("cold");
	expect(sharesOf(built, "thrifty")).toEqual({ fibre: 90, cable: 10 });
	expect(sharesOf(built, "thrifty", ["fibre", "cable"])).toEqual({ lte: 100 });
});

test("what is pinned to a line comes before other rules, alone or with the others behind it", () => {
	const alone = firstRule(build("vpn", { line: "cable", addresses: ["198.51.100.7"] }));
	expect(Object.fromEntries(alone?.options ?? [])).toEqual({ dest_ip: ["198.51.100.7"], target: "cable" });
	const built = build("gaming", { line: "cable" });
	const rule = firstRule(built);
	expect(rule?.options.get("app")).toEqual(["gaming"]);
	const policy = String(rule?.options.get("target"));
	expect(sharesOf(built, policy)).toEqual({ cable: 100 });
	expect(Object.keys(sharesOf(built, policy, ["cable"]))).toEqual(["fibre", "lte"]);
});

test("guests are known by the network they come in by", () => {
	expect(firstRule(build("guest", { line: "cable" }))?.options.get("src_iface")).toEqual(["guest"]);
});

test("sections without a name get one nobody has, and stay in their order", () => {
	const imported = toConfig("polywan", [
		{ type: "rule", name: null, options: { target: "a" } },
		{ type: "uplink", name: "rule1", options: {} },
		{ type: "rule", name: "last", options: { target: "b" } },
	]);
	expect(imported.sections.map(({ type, name }) => `${type} ${name}`)).toEqual([
		"rule rule1_2",
		"uplink rule1",
		"rule last",
	]);
	expect(addSection(imported, "rule", "more").sections).toHaveLength(4);
});

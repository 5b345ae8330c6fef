import type { Family } from "polywan-core/family";
import { listNeeded } from "polywan-core/policy/standby";
import { expect, test } from "vitest";
import { modelOf } from "../fixture.ts";

const text = `
config uplink wan
config uplink lte
	option tier 2
	option standby cold
config uplink sat
	option tier 3
	option standby cold
config policy first
config policy spread
	option mode weighted
`;

function needed(
	config: string,
	usable: readonly string[],
	failed: readonly string[] = [],
	strained: number | null = null,
): readonly string[] {
	const isUsable = (uplink: string, family: Family) => usable.includes(`${uplink} ${family}`);
	return [
		...listNeeded(modelOf(config), {
			isUsable,
			hasFailed: (uplink) => failed.includes(uplink),
			strainedTier: () => strained,
		}).keys(),
	].sort();
}

const both = (uplink: string) => [`${uplink} 4`, `${uplink} 6`];

test("nothing is needed while something else works", () => {
	expect(needed(text, both("wan"))).toEqual([]);
	expect(needed(text, [...both("wan"), ...both("lte")])).toEqual([]);
});

test("the next tier is needed when nothing works, also when only one family does not", () => {
	const tiers = text.replace("config policy spread\n\toption mode weighted\n", "");
	expect(needed(tiers, [])).toEqual(["lte"]);
	expect(needed(tiers, ["wan 4"])).toEqual(["lte"]);
	expect(needed(tiers, both("lte"))).toEqual(["lte"]);
});

test("one that does not come is followed by the next, and goes on being tried", () => {
	const tiers = text.replace("config policy spread\n\toption mode weighted\n", "");
	expect(needed(tiers, [], ["lte"])).toEqual(["lte", "sat"]);
});

test("modes without tiers need all of them", () => {
	expect(needed(text, [])).toEqual(["lte", "sat"]);
});

test("a cold one of a better tier than what works is needed, one of a worse tier is not", () => {
	const config = `config uplink a\n\toption standby cold\nconfig uplink b\n\toption tier 2\nconfig uplink c\n\toption tier 3\n\toption standby cold\n`;
	expect(needed(config, both("b"))).toEqual(["a"]);
});

test("where nothing is balanced, or a family is not there at all, nothing is needed", () => {
	expect(needed(`config globals globals\n\toption enabled 0\n${text}`, [])).toEqual([]);
	const config =
		"config uplink wan\n\toption family ipv4\nconfig uplink lte\n\toption tier 2\n\toption standby cold\n";
	expect(needed(config, ["wan 4"])).toEqual([]);
});

test("one that a rule or the default policy names is needed while it does", () => {
	const ruled = `${text}\nconfig rule backup\n\toption dest_port 873\n\toption target sat\n`;
	expect(needed(ruled, both("wan"))).toEqual(["sat"]);
	expect(needed(`config globals globals\n\toption default_policy lte\n${text}`, both("wan"))).toEqual([
		"lte",
	]);
});

const full = "config policy full\n\toption mode overflow\n";
const lines = withCapacity(text);

function withCapacity(config: string): string {
	return config.replace(/^config uplink .*$/gm, "$&\n\toption download 10M");
}

test("where the tiers before it are nearly full the next one is needed, and the one after it where that does not come", () => {
	const tiers = lines.replace(/config policy[\s\S]*/, full);
	expect(needed(tiers, both("wan"))).toEqual([]);
	expect(needed(tiers, both("wan"), [], 1)).toEqual(["lte"]);
	expect(needed(tiers, [...both("wan"), ...both("lte")], [], 1)).toEqual(["lte"]);
	expect(needed(tiers, [...both("wan"), ...both("lte")], [], 2)).toEqual(["lte", "sat"]);
	expect(needed(tiers, both("wan"), ["lte"], 1)).toEqual(["lte", "sat"]);
});

test("where a tier that is up anyway has room, none of a worse tier is needed", () => {
	const config = withCapacity(
		`config uplink a\nconfig uplink b\n\toption tier 2\nconfig uplink c\n\toption tier 3\n\toption standby cold\n${full}`,
	);
	expect(needed(config, [...both("a"), ...both("b")], [], 1)).toEqual([]);
	expect(needed(config, [...both("a"), ...both("b")], [], 2)).toEqual(["c"]);
	expect(needed(config, both("a"), [], 1)).toEqual(["c"]);
});

import { describe, expect, test } from "vitest";
import {
	addSection,
	type ConfigPackage,
	deleteSection,
	freeName,
	moveSection,
	parseConfig,
	setOption,
} from "../../../ui/src/edit/config.ts";
import { applyDifferences, buildDifferences, withoutChanges } from "../../../ui/src/edit/differences.ts";
import {
	duplicatePolicy,
	moveToTier,
	moveUplinkToTier,
	placeMembers,
	tierOf,
	writeMembers,
} from "../../../ui/src/edit/members.ts";
import { findLines, interfaceList, parseNetifs } from "../../../ui/src/edit/netif.ts";
import { buildOperations } from "../../../ui/src/edit/operations.ts";

const values = {
	all: { ".anonymous": false, ".type": "rule", ".name": "all", ".index": 3, target: "everything" },
	wan: {
		".anonymous": false,
		".type": "uplink",
		".name": "wan",
		".index": 0,
		weight: "3",
		interface: ["a", "b"],
	},
	wanb: { ".anonymous": false, ".type": "uplink", ".name": "wanb", ".index": 1 },
	cfg0392bd: { ".anonymous": true, ".type": "rule", ".name": "cfg0392bd", ".index": 2, target: "wan" },
};
const config = parseConfig("polywan", values);
const names = (of: ConfigPackage) => of.sections.map(({ name }) => name);

test("the answer of uci get comes in the order of the file", () => {
	expect(names(config)).toEqual(["wan", "wanb", "cfg0392bd", "all"]);
	expect(config.sections[0]?.options.get("interface")).toEqual(["a", "b"]);
	expect(parseConfig("polywan", undefined).sections).toEqual([]);
});

describe("the calls that stage an edit", () => {
	test("none when nothing changed", () => {
		expect(buildOperations(config, setOption(config, "wan", "weight", "3"))).toEqual([]);
	});

	test("options set, lists replaced, options taken away", () => {
		let edited = setOption(config, "wan", "weight", "");
		edited = setOption(edited, "wan", "interface", ["b"]);
		edited = setOption(edited, "wanb", "tier", "2");
		expect(buildOperations(config, edited)).toEqual([
			{ method: "delete", args: { section: "wan", options: ["weight"] } },
			{ method: "set", args: { section: "wan", values: { interface: ["b"] } } },
			{ method: "set", args: { section: "wanb", values: { tier: "2" } } },
		]);
	});

	test("sections deleted, added and put into their place", () => {
		const added = addSection(deleteSection(config, "wanb"), "rule", "first", { target: "wan" });
		const edited = moveSection(added, "first", "cfg0392bd", false);
		expect(buildOperations(config, edited)).toEqual([
			{ method: "delete", args: { section: "wanb" } },
			{ method: "add", args: { type: "rule", name: "first", values: { target: "wan" } } },
			{ method: "order", args: { sections: ["wan", "first", "cfg0392bd", "all"] } },
		]);
	});
});

describe("differences", () => {
	const edited = moveSection(
		setOption(deleteSection(config, "wanb"), "wan", "weight", "5"),
		"all",
		"cfg0392bd",
		false,
	);

	test("tell what was before and what is now", () => {
		const told = buildDifferences(config, edited).map((difference) =>
			difference.kind === "changed"
				? `${difference.option} ${difference.before} ${difference.after}`
				: difference.kind === "ordered"
					? difference.names.join(" ")
					: difference.kind === "secret"
						? difference.option
						: `${difference.kind} ${difference.section.name}`,
		);
		expect(told).toEqual(["removed wanb", "weight 3 5", "all cfg0392bd"]);
	});

	test("can be made to what somebody else changed meanwhile", () => {
		const theirs = setOption(config, "wan", "tier", "2");
		const both = applyDifferences(theirs, buildDifferences(config, edited));
		expect(names(both)).toEqual(["wan", "all", "cfg0392bd"]);
		expect([...(both.sections[0]?.options ?? [])]).toEqual([
			["weight", "5"],
			["interface", ["a", "b"]],
			["tier", "2"],
		]);
	});

	test("of changes staged by another program: what they touched is taken out", () => {
		const before = withoutChanges(edited, [
			["set", "wan", "weight", "5"],
			["add", "all", "rule"],
			["order", "wan", "0"],
		]);
		expect(names(before)).toEqual(["wan", "cfg0392bd"]);
		expect(before.sections[0]?.options.has("weight")).toBe(false);
	});
});

test("names are UCI's and free", () => {
	expect(freeName(config, "wan")).toBe("wan_2");
	expect(freeName(config, "my-line 1")).toBe("my_line_1");
});

describe("members", () => {
	const policy = addSection(config, "policy", "p");

	test("without any the policy has every uplink as it is; written down they stay the same", () => {
		const implied = placeMembers(policy, "p").map(({ uplink, tier, weight }) => ({ uplink, tier, weight }));
		expect(implied).toEqual([
			{ uplink: "wan", tier: 1, weight: 3 },
			{ uplink: "wanb", tier: 1, weight: 1 },
		]);
		const written = placeMembers(writeMembers(policy, "p"), "p");
		expect(written.map(({ uplink, tier, weight }) => ({ uplink, tier, weight }))).toEqual(implied);
	});

	test("uplinks have tiers of their own, without gaps after a move", () => {
		const tiers = (of: ConfigPackage) =>
			of.sections.filter(({ type }) => type === "uplink").map((uplink) => [uplink.name, tierOf(uplink)]);
		const moved = moveUplinkToTier(config, "wan", 9);
		expect(tiers(moved)).toEqual([
			["wan", 2],
			["wanb", 1],
		]);
		expect(tiers(moveUplinkToTier(moved, "wanb", 2))).toEqual([
			["wan", 1],
			["wanb", 1],
		]);
	});

	test("a copy of a policy has its members", () => {
		const written = writeMembers(policy, "p");
		const [original] = written.sections.filter(({ type }) => type === "policy");
		const copied = original === undefined ? written : duplicatePolicy(written, original);
		expect(placeMembers(copied, "p_copy").map(({ uplink, weight }) => [uplink, weight])).toEqual([
			["wan", 3],
			["wanb", 1],
		]);
		expect(placeMembers(copied, "p")).toHaveLength(2);
	});

	test("tiers have no gaps after a move", () => {
		const moved = moveToTier(writeMembers(policy, "p"), "p", "wan", 7);
		expect(placeMembers(moved, "p").map(({ uplink, tier }) => [uplink, tier])).toEqual([
			["wan", 2],
			["wanb", 1],
		]);
	});
});

test("lines are interfaces with a default route, IPv4 and IPv6 of one device together", () => {
	const route = (target: string, mask = 0) => [{ target, mask, nexthop: "" }];
	const netifs = parseNetifs({
		interface: [
			{ interface: "loopback", up: true, route: route("0.0.0.0") },
			{ interface: "lan", up: true, l3_device: "br-lan", route: route("10.0.0.0", 8) },
			{ interface: "lte", up: true, l3_device: "wwan0", metric: 20, route: route("0.0.0.0") },
			{ interface: "wan6", up: true, l3_device: "eth1", metric: 10, route: route("::") },
			{ interface: "wan", up: true, l3_device: "eth1", metric: 10, route: route("0.0.0.0") },
			{ interface: "fibre6x", up: true, l3_device: "eth1", metric: 10, route: route("::") },
		],
	});
	const lines = findLines(netifs);
	expect(lines.map(({ name }) => name)).toEqual(["wan", "lte"]);
	expect(lines.map(interfaceList)).toEqual([["wan6", "wan", "fibre6x"], []]);
});

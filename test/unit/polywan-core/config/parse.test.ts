import { readFileSync } from "node:fs";
import type { Model } from "polywan-core/config/model";
import { parseModel } from "polywan-core/config/parse";
import { renderProblem } from "polywan-core/config/problem";
import { readPackage } from "polywan-core/config/read";
import { UciError } from "uci-parser/config";
import { parsePackage } from "uci-parser/parse";
import { describe, expect, test } from "vitest";

function parse(text: string, netifdInterfaces?: readonly string[]): Model {
	return parseModel(readPackage(text), netifdInterfaces === undefined ? {} : { netifdInterfaces });
}

function problems(text: string, netifdInterfaces?: readonly string[]): readonly string[] {
	return parse(text, netifdInterfaces).problems.map(renderProblem);
}

const TWO_UPLINKS =
	"config uplink 'wan'\n\toption tier 1\n\toption weight 7\nconfig uplink 'wanb'\n\toption tier 2\n\toption weight 3\n";

test("rooms of the log have levels of their own", () => {
	const globals = (value: string) => `config globals\n\tlist log_room '${value}'\n${TWO_UPLINKS}`;
	expect(parse(globals("shares=warning")).globals.logRooms).toEqual({ shares: "warning" });
	for (const bad of ["shares", "shares=loud", "share=warning", "=warning"])
		expect(problems(globals(bad)).join()).toMatch(/log_room.*must be a room \(uplink, .*\), '=' and a level/);
});

describe("defaults", () => {
	test("an absent file gives a model without uplinks and says so", () => {
		const model = parseModel(null, {});
		expect(model.uplinks).toEqual([]);
		expect(model.globals.markMask).toBe(0xff000000);
		expect(model.globals.defaultTarget).toEqual({ kind: "policy", name: "failover" });
		expect(model.problems.map(renderProblem)).toEqual([
			"polywan: the file does not exist; defaults are used and no uplink is watched",
		]);
	});

	test("two uplinks without a policy fail over with their own tiers", () => {
		const model = parse(TWO_UPLINKS);
		expect(model.problems).toEqual([]);
		expect(model.policies).toEqual([
			{
				name: "failover",
				mode: "failover",
				lastResort: "unreachable",
				overflowPercent: 80,
				members: [
					{ uplink: "wan", tier: 1, weight: 7 },
					{ uplink: "wanb", tier: 2, weight: 3 },
				],
			},
		]);
	});

	test("an uplink called failover does not collide with the built-in policy", () => {
		const model = parse("config uplink 'failover'\n");
		expect(model.policies[0]?.name).toBe("failover_");
		expect(model.globals.defaultTarget).toEqual({ kind: "policy", name: "failover_" });
	});

	test("an uplink takes the netifd interfaces of its name along", () => {
		const of = (names: readonly string[]) => parse("config uplink 'wan'\n", names).uplinks[0]?.interfaces;
		expect(of(["lan", "wan", "wan6"])).toEqual(["wan", "wan6"]);
		expect(of(["wan_6", "wan"])).toEqual(["wan", "wan_6"]);
	});

	test("default probe targets exist for the families of the uplink only", () => {
		const targets = parse("config uplink 'wan'\n\toption family ipv4\n").uplinks[0]?.probing.targets;
		expect(targets?.[4]).toHaveLength(4);
		expect(targets?.[6]).toEqual([]);
	});
});

describe("units", () => {
	test("durations take units, and a plain number is seconds", () => {
		const uplink = parse(
			"config uplink 'wan'\n\toption interval 500ms\n\toption recovery_time 2m\n\toption timeout_cap 0.5\n",
		).uplinks[0];
		expect(uplink?.probing).toMatchObject({ intervalMs: 500, recoveryMs: 120_000, timeoutCapMs: 500 });
	});

	test("rates take k, M and G", () => {
		const uplink = parse("config uplink 'wan'\n\toption download 1.5G\n\toption upload 500k\n").uplinks[0];
		expect(uplink).toMatchObject({ downloadBitsPerSecond: 1.5e9, uploadBitsPerSecond: 500_000 });
	});

	test("networks become canonical", () => {
		const rule = parse(
			"config rule 'r'\n\toption src_ip '192.168.1.7/24 2001:DB8:0:0::1'\n\toption target default\n",
		).rules[0];
		expect(rule?.match.sources).toEqual(["192.168.1.0/24", "2001:db8::1/128"]);
	});
});

describe("bad input", () => {
	test.each(["0", "-1", "1000000000", "abc", "1.5"])("weight %s", (weight) => {
		const model = parse(`config uplink 'wan'\n\toption weight '${weight}'\n`);
		expect(model.uplinks[0]?.weight).toBe(1);
		expect(model.problems.map(renderProblem)).toEqual([
			`polywan.wan.weight '${weight}': must be a whole number from 1 to 1000`,
		]);
	});

	test("an unknown option names the one meant", () => {
		expect(problems("config uplink 'wan'\n\toption wieght 3\n")).toEqual([
			"polywan.wan.wieght '3': is not an option of uplink (did you mean 'weight'?)",
		]);
	});

	test("an unknown section type names the one meant", () => {
		expect(problems("config uplnk 'wan'\n")[0]).toContain("did you mean 'uplink'?");
	});

	test("a policy naming a missing uplink keeps its other members", () => {
		const model = parse(
			`${TWO_UPLINKS}config policy 'p'\nconfig member\n\toption policy p\n\toption uplink wann\nconfig member\n\toption policy p\n\toption uplink wan\n`,
		);
		expect(model.policies[0]?.members).toEqual([{ uplink: "wan", tier: 1, weight: 7 }]);
		expect(model.problems.map(renderProblem)[0]).toMatch(
			/^polywan\.cfg\w+\.uplink 'wann': must be an uplink \(did you mean 'wan'\?\); there are wan, wanb; the member is left out$/,
		);
	});

	test("a policy all of whose members are wrong does not quietly use every uplink", () => {
		const model = parse(
			`${TWO_UPLINKS}config policy 'p'\nconfig member\n\toption policy p\n\toption uplink nowhere\n`,
		);
		expect(model.policies[0]?.members).toEqual([]);
	});

	test("a policy named like an uplink is left out", () => {
		const model = parse(`${TWO_UPLINKS}config policy 'wan'\n`);
		expect(model.policies.map((policy) => policy.name)).toEqual(["failover"]);
		expect(model.problems.map(renderProblem)).toEqual([
			"polywan.wan: has the name of uplink 'wan': targets could not tell them apart; the policy is left out",
		]);
	});

	test("names of 40 characters are fine", () => {
		const name = "a".repeat(40);
		const model = parse(`config uplink '${name}'\n`, [name]);
		expect(model.problems).toEqual([]);
		expect(model.uplinks[0]?.name).toBe(name);
	});

	test.each(["default", "unreachable", "blackhole"])("%s cannot be an uplink", (name) => {
		const model = parse(`config uplink '${name}'\n`);
		expect(model.uplinks).toEqual([]);
		expect(model.problems).toHaveLength(1);
	});

	test("an IPv6 target on an IPv4 uplink is left out", () => {
		const model = parse(
			"config uplink 'wan'\n\toption family ipv4\n\tlist target 2001:db8::1\n\tlist target 192.0.2.1\n",
		);
		expect(model.uplinks[0]?.probing.targets).toEqual({ 4: ["192.0.2.1"], 6: [] });
		expect(model.problems.map(renderProblem)).toEqual([
			"polywan.wan.target '2001:db8::1': must be an IPv4 address, as option family limits the uplink to IPv4",
		]);
	});

	test("a rule whose condition is wrong is left out, not widened", () => {
		const model = parse(`${TWO_UPLINKS}config rule 'r'\n\toption src_ip 300.1.2.3\n\toption target wan\n`);
		expect(model.rules).toEqual([]);
		expect(model.problems.map(renderProblem)).toEqual([
			"polywan.r.src_ip '300.1.2.3': must be an IPv4 or IPv6 address, network or range, such as 192.0.2.0/24 or 192.0.2.10-192.0.2.20; the rule is left out",
		]);
	});

	test.each([
		["a match nobody knows", "option dest_ports 80"],
		["a match of another program", "option src 192.168.1.0/24"],
		["an exception that cannot be read", "list src_ip '!192.168.1.7'\n\tlist src_ip '!192.168.1.8/33'"],
	])("a rule with %s is left out: it would match more than was meant", (_, lines) => {
		const model = parse(`${TWO_UPLINKS}config rule 'r'\n\t${lines}\n\toption target blackhole\n`);
		expect(model.rules).toEqual([]);
		expect(model.problems.map(renderProblem)).toEqual([expect.stringMatching(/; the rule is left out$/)]);
	});

	test("what mwan3 calls otherwise is told", () => {
		const model = parse(`${TWO_UPLINKS}config rule 'r'\n\toption use_policy wan\n\toption constructor 1\n`);
		expect(model.problems.map(renderProblem).join("\n")).toContain(
			"polywan.r.use_policy 'wan': is not an option of rule (what mwan3 calls so is 'target' here)",
		);
		expect(model.problems.map(renderProblem).join("\n")).toContain("is not an option of rule; the rule");
	});

	test("a rule for ports of a protocol without ports is left out", () => {
		expect(
			parse("config rule 'r'\n\toption proto icmp\n\toption dest_port 80\n\toption target default\n").rules,
		).toEqual([]);
	});

	test("a rule with ports and no protocol is for TCP and UDP", () => {
		const rule = parse("config rule 'r'\n\toption dest_port '80,443 1000-2000'\n\toption target default\n")
			.rules[0];
		expect(rule?.match.protocols).toEqual([6, 17]);
		expect(rule?.match.destinationPorts).toEqual([
			{ from: 80, to: 80 },
			{ from: 443, to: 443 },
			{ from: 1000, to: 2000 },
		]);
	});

	test("a default policy that does not exist falls back to the first", () => {
		const model = parse(
			`config globals 'globals'\n\toption default_policy balnced\nconfig policy 'balanced'\n${TWO_UPLINKS}`,
		);
		expect(model.globals.defaultTarget).toEqual({ kind: "policy", name: "balanced" });
		expect(model.problems.map(renderProblem)[0]).toContain("did you mean 'balanced'?");
	});

	test.each(["0xff", "0x0f0f0000", "0x7", "12z"])("mark mask %s", (mask) => {
		const model = parse(`config globals 'globals'\n\toption mark_mask '${mask}'\n`);
		expect(model.globals.markMask).toBe(mask === "0xff" ? 0xff : 0xff000000);
		expect(model.problems).toHaveLength(mask === "0xff" ? 0 : 1);
	});

	test("unknown netifd interfaces are a warning", () => {
		const model = parse("config uplink 'wan'\n\tlist interface wam\n", ["wan"]);
		expect(model.problems.map((problem) => problem.severity)).toEqual(["warning"]);
		expect(model.uplinks[0]?.interfaces).toEqual(["wam"]);
	});
});

test("an interface of two uplinks is a warning, unless they use it for different families", () => {
	const two = (family: string) =>
		`config uplink 'a'\n\toption interface wan\n\toption family ipv4\nconfig uplink 'b'\n\toption interface wan\n\toption family ${family}\n`;
	expect(problems(two("ipv6"))).toEqual([]);
	expect(problems(two("any"))).toEqual([
		"polywan.b.interface 'wan': is an interface of uplink 'a' already, which has it for itself",
	]);
});

test("bypass tables beyond the room for them are named", () => {
	const list = Array.from({ length: 101 }, (_, n) => `\tlist bypass_table ${n + 1}\n`).join("");
	const model = parse(`config globals 'globals'\n${list}`);
	expect(model.globals.bypassTables).toHaveLength(99);
	expect(model.problems.map(({ value }) => value)).toEqual(["100", "101"]);
});

describe("readPackage", () => {
	test("a repeated section of the same type goes on, lists grow, empty options are none", () => {
		const text =
			"config uplink 'wan'\n\tlist target 192.0.2.1\nconfig uplink 'wan'\n\tlist target 192.0.2.2\n\toption tier ''\n";
		expect(readPackage(text).sections).toEqual(parsePackage("polywan", text).sections);
		expect(parse(text).uplinks[0]?.probing.targets[4]).toEqual(["192.0.2.1", "192.0.2.2"]);
	});

	test.each(["option tier 1\n", "config uplink 'w\n", "\u007fELF\u0000\u0001", "cofnig uplink\n"])(
		"%j is refused",
		(text) => {
			expect(() => readPackage(text)).toThrow(UciError);
		},
	);

	test("what libuci takes is read as libuci reads it", () => {
		const text =
			readFileSync("rootfs-overlay/etc/config/polywan", "utf8") +
			TWO_UPLINKS +
			"config member\n\toption uplink wan\n";
		expect(readPackage(text).sections).toEqual(parsePackage("polywan", text).sections);
	});
});

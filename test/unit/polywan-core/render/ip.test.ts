import { buildPlan } from "polywan-core/plan/build";
import {
	diffIp,
	diffIpRules,
	diffRoutes,
	isEmptyChange,
	isOurRule,
	isOurTable,
	renderIpBatch,
} from "polywan-core/render/ip";
import { describe, expect, test } from "vitest";
import { parseIpRoutes, parseIpRules } from "../../../lab/ip-json.ts";
import { planInput, THREE_UPLINKS, withState } from "../fixture.ts";

const input = planInput(THREE_UPLINKS);
const plan = buildPlan(input);
const NOTHING = { ipRules: [], tables: [] };

describe("diffIp", () => {
	test("the same plan twice does nothing", () => {
		expect(isEmptyChange(diffIp(plan, plan))).toBe(true);
		expect(renderIpBatch(diffIp(plan, plan), 4)).toBe("");
	});

	test("tables are filled before rules lead to them, and emptied after", () => {
		const verbs = (text: string) => [
			...new Set(text.split("\n").map((line) => line.split(" ").slice(0, 2).join(" "))),
		];
		expect(verbs(renderIpBatch(diffIp(NOTHING, plan), 4))).toEqual(["route replace", "rule add", ""]);
		expect(verbs(renderIpBatch(diffIp(plan, NOTHING), 6))).toEqual(["rule del", "route del", ""]);
	});

	test("a route that leads elsewhere replaces the old one; its rule stays", () => {
		const next = buildPlan(withState(input, "wan", "down"));
		const { addRoutes, ...others } = diffIp(plan, next);
		expect(addRoutes.map(({ table, family }) => [table, family])).toEqual([
			[28672, 4],
			[28672, 6],
		]);
		expect(others).toEqual({ addRules: [], removeRules: [], removeRoutes: [] });
	});

	test("an uplink without a link keeps a table that lets nothing out", () => {
		const next = buildPlan({ ...input, links: input.links.filter((link) => link.uplink !== "wan") });
		expect(diffRoutes(plan.tables, next.tables).remove.map(({ table }) => table)).toEqual([28673, 28673]);
		expect(next.tables.find(({ table }) => table === 28673)?.routes).toEqual([
			{ kind: "unreachable", destination: "0.0.0.0/0", metric: 4_294_967_295 },
		]);
	});

	test("rules of both families with the same text are told apart", () => {
		const ipv4 = plan.ipRules.filter((rule) => rule.family === 4);
		expect(diffIpRules(ipv4, plan.ipRules).add.every((rule) => rule.family === 6)).toBe(true);
	});
});

describe("what is ours", () => {
	test("the plan's rules and tables are, their neighbours are not", () => {
		expect(plan.ipRules.every((rule) => isOurRule(rule, plan))).toBe(true);
		expect(plan.tables.every(({ table }) => isOurTable(table, plan))).toBe(true);
		expect([254, 28671, 28928].some((table) => isOurTable(table, plan))).toBe(false);
		const some = plan.ipRules[0];
		if (some === undefined) throw new Error("a plan has rules");
		expect([5999, 7000, 32766].some((priority) => isOurRule({ ...some, priority }, plan))).toBe(false);
	});
});

// Printed by iproute2 6.1 on Linux 6.18.
const RULES =
	'[{"priority":0,"src":"all","table":"255"},{"priority":6000,"src":"all","table":"254","suppress_prefixlen":0},{"priority":6101,"src":"all","fwmark":"0x1000000","fwmask":"0xff000000","table":"28673"},{"priority":6360,"src":"all","fwmark":"0xfe000000","fwmask":"0xff000000","action":"7"},{"priority":6361,"src":"all","fwmark":"0xff000000","fwmask":"0xff000000","action":"blackhole"},{"priority":6401,"src":"100.64.1.2","fwmark":"0","fwmask":"0xff000000","table":"28673"},{"priority":6402,"src":"10.0.0.0","srclen":8,"iif":"lo","table":"main"},{"priority":9000,"src":"all","action":"prohibit"}]';
const ROUTES =
	'[{"dst":"default","table":"28672","protocol":"4","metric":1,"flags":[],"nexthops":[{"gateway":"100.64.1.1","dev":"w1","weight":7,"flags":[]},{"gateway":"10.9.9.9","dev":"w2","weight":3,"flags":["onlink"]}]},{"type":"7","dst":"default","table":"28673","metric":4294967295,"flags":[]},{"dst":"default","dev":"ppp0","table":"28674","protocol":"4","scope":"253","metric":1,"flags":["linkdown"]},{"dst":"100.64.1.0/24","dev":"w1","protocol":"2","scope":"253","prefsrc":"100.64.1.2","flags":[]},{"type":"3","dst":"127.255.255.255","dev":"lo","table":"255","protocol":"2"}]';

describe("ip -N -j", () => {
	test("rules are read as the plan has them", () => {
		const rules = parseIpRules(RULES, 4);
		expect(rules.map((rule) => rule.priority)).toEqual([0, 6000, 6101, 6360, 6361, 6401, 6402]);
		expect(rules[2]).toEqual(plan.ipRules.find((rule) => rule.priority === 6101));
		expect(rules[5]).toEqual(plan.ipRules.find((rule) => rule.priority === 6401));
		expect(rules[6]).toMatchObject({ from: "10.0.0.0/8", incomingInterface: "lo", action: { table: 254 } });
	});

	test("routes are read by table, main and other kinds left out", () => {
		const tables = parseIpRoutes(ROUTES, 4);
		expect(tables.map(({ table }) => table)).toEqual([28672, 28673, 28674]);
		expect(tables[0]?.routes[0]).toMatchObject({
			nexthops: [
				{ device: "w1", gateway: "100.64.1.1", onlink: false, weight: 7 },
				{ device: "w2", gateway: "10.9.9.9", onlink: true, weight: 3 },
			],
		});
		expect(tables[2]?.routes[0]).toMatchObject({ nexthops: [{ device: "ppp0", gateway: null }] });
	});

	test("nothing printed is nothing there", () => {
		expect(parseIpRoutes("", 6)).toEqual([]);
		expect(parseIpRules("[]", 6)).toEqual([]);
	});
});

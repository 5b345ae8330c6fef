import { parseIpRule } from "polywan/netlink/ip-rule";
import { buildRouteDump, parseRoute, parseRouteTable } from "polywan/netlink/route";
import { renderIpRule, renderTableRoute } from "polywan-core/render/ip";
import { describe, expect, test } from "vitest";
import { multipathMessage, routeMessage, ruleMessage } from "./routing-messages.ts";

const devices: Readonly<Record<number, string>> = { 3: "eth1", 4: "eth2" };
const nameOf = (ifindex: number) => devices[ifindex] ?? "?";

function renderRule(message: Uint8Array): string | null {
	const rule = parseIpRule(4, message);
	return rule === null ? null : renderIpRule(rule);
}

describe("the kernel's ip rules", () => {
	test("read back as they are written", () => {
		expect(renderRule(ruleMessage())).toBe("priority 6101 fwmark 0x1000000/0xff000000 iif lo lookup 28673");
		expect(renderRule(ruleMessage(1, 0))).toMatch(/suppress_prefixlength 0$/);
		expect(renderRule(ruleMessage(7))).toMatch(/ unreachable$/);
		expect(renderRule(ruleMessage(6))).toMatch(/ blackhole$/);
		expect(renderRule(ruleMessage(3))).toMatch(/ nop$/);
	});

	test("others' kinds, such as prohibit, are none of ours", () => {
		expect(parseIpRule(4, ruleMessage(8))).toBeNull();
		expect(parseIpRule(4, new Uint8Array(4))).toBeNull();
	});
});

describe("the kernel's routes", () => {
	test("read back as they are written", () => {
		const parsed = parseRoute(4, routeMessage(), nameOf);
		expect(parsed && renderTableRoute(parsed)).toBe(
			"10.0.0.0/8 table 28673 metric 1 proto static src 100.64.1.2 via 100.64.1.1 dev eth1 onlink",
		);
		const several = parseRoute(4, multipathMessage(), nameOf);
		expect(several && renderTableRoute(several)).toBe(
			"0.0.0.0/0 table 28672 metric 1 proto static nexthop via 100.64.1.1 dev eth1 weight 7 nexthop via 100.64.2.1 dev eth2 weight 3",
		);
		const backstop = parseRoute(4, routeMessage(7), nameOf);
		expect(backstop && renderTableRoute(backstop)).toBe("unreachable 10.0.0.0/8 table 28673 metric 1");
	});

	test("the table is told cheaply, and asked for by number", () => {
		expect(parseRouteTable(routeMessage())).toBe(28673);
		expect(parseRouteTable(Uint8Array.of(2, 0, 0, 0, 254, 0, 0, 1, 0, 0, 0, 0))).toBe(254);
		expect(parseRouteTable(buildRouteDump(6, 28674))).toBe(28674);
	});

	test("kinds no plan has, such as local, are left out", () => {
		expect(parseRoute(4, routeMessage(2), nameOf)).toBeNull();
	});
});

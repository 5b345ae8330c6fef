import type { Model } from "polywan-core/config/model";
import type { PlanInput } from "polywan-core/plan/build";
import { buildPlan } from "polywan-core/plan/build";
import type { PlanCondition, PlanRule } from "polywan-core/plan/plan";
import { explain } from "polywan-core/why/explain";
import type { Explanation } from "polywan-core/why/explanation";
import { matchRule } from "polywan-core/why/match";
import type { Packet, RouteFacts } from "polywan-core/why/packet";
import { renderAnswer, renderExplanation } from "polywan-core/why/render";
import { buildSetFacts, setKey } from "polywan-core/why/set-facts";
import { describe, expect, test } from "vitest";
import { planInput, withState } from "../fixture.ts";

const CONFIG = `
config globals 'globals'
	option default_policy 'both'
	list bypass '198.18.0.0/15'
config uplink 'a'
config uplink 'b'
config uplink 'c'
	option tier '2'
config policy 'both'
	option mode 'weighted'
config member
	option policy 'both'
	option uplink 'a'
	option weight '2'
config member
	option policy 'both'
	option uplink 'b'
config policy 'order'
	option last_resort 'blackhole'
config rule 'web'
	list proto 'tcp'
	list dest_port '80 443'
	option target 'order'
config rule 'guests'
	list src_iface 'guest'
	option target 'unreachable'
config rule 'out'
	list dest_ip '192.0.2.0/24'
	option target 'c'
config rule 'main'
	list dest_ip '192.0.3.0/24'
	option target 'default'
`;

const REMOTE: RouteFacts = {
	destination: "remote",
	specific: null,
	fallback: { device: "w1", gateway: null, table: 254 },
};
const PACKET: Packet = {
	family: 4,
	source: "192.168.1.10",
	destination: "203.0.113.1",
	protocol: 17,
	sourcePort: 5000,
	destinationPort: 53,
	incomingDevice: "br-lan",
};

const NO_SETS = buildSetFacts({ sets: [] }, new Map());

function why(
	change: Partial<Packet>,
	facts: Partial<RouteFacts> = {},
	input: PlanInput = planInput(CONFIG),
): Explanation {
	return explain(buildPlan(input), input.model as Model, { ...PACKET, ...change }, { ...REMOTE, ...facts });
}

const names = ({ outcomes }: Explanation): string[] => outcomes.map(({ uplink, kind }) => uplink ?? kind);
const texts = ({ steps }: Explanation): string => steps.map(({ text }) => text).join("\n");

describe("explain", () => {
	test("no rule: the default policy, with each member's share", () => {
		const explanation = why({});
		expect(explanation).toMatchObject({ direction: "forwarded", rule: null, policy: "both", isOpen: false });
		expect(explanation.outcomes.map(({ uplink, percent }) => [uplink, Math.round(percent)])).toEqual([
			["a", 67],
			["b", 33],
		]);
		expect(renderAnswer(explanation)).toBe("one of a 66.7 %, b 33.3 %");
	});

	test("the first rule that matches, and why the others do not", () => {
		const explanation = why({ protocol: 6, destinationPort: 443, destination: "192.0.2.5" });
		expect(explanation).toMatchObject({ rule: "web", policy: "order" });
		expect(names(explanation)).toEqual(["a", "b"]);
		const later = why({ destination: "192.0.2.5" });
		expect(later.rule).toBe("out");
		expect(names(later)).toEqual(["c"]);
		expect(texts(later)).toContain("rule 'web' does not match: its protocol must be tcp");
		expect(texts(later)).toContain("rule 'guests' does not match: it is for packets from br-guest");
	});

	test("failover: the next tier only when the first is gone, with the reason", () => {
		const input = withState(withState(planInput(CONFIG), "a", "down"), "b", "down");
		const explanation = why({ protocol: 6, destinationPort: 80 }, {}, input);
		expect(names(explanation)).toEqual(["c"]);
		expect(texts(explanation)).toContain("a: not used; it does not take new connections now");
		const up = why({ protocol: 6, destinationPort: 80 });
		expect(texts(up)).toContain("c: not used; it is kept for when no uplink of a lower tier works (tier 2)");
	});

	test("an uplink that is slowed down for its quota", () => {
		const limit = { downloadBitsPerSecond: 2_000_000, uploadBitsPerSecond: 64_000 };
		const input = { ...planInput(CONFIG), limitOf: (name: string) => (name === "c" ? limit : null) };
		const told = "uplink 'c' is limited to 2 Mbit/s down and 64 kbit/s up: its quota is used up";
		expect(texts(why({ destination: "192.0.2.5" }, {}, input))).toContain(told);
		expect(texts(why({}, {}, input))).not.toContain("limited");
	});

	test("no member is usable: the last resort", () => {
		const explanation = why({ protocol: 6, destinationPort: 80 }, {}, planInput(CONFIG, "down"));
		expect(names(explanation)).toEqual(["blackhole"]);
		expect(texts(explanation)).toContain("last_resort is blackhole");
	});

	test("a policy out of its times", () => {
		const input = { ...planInput(CONFIG), isClosed: (policy: string) => policy === "order" };
		const explanation = why({ protocol: 6, destinationPort: 80 }, {}, input);
		expect(names(explanation)).toEqual(["blackhole"]);
		expect(texts(explanation)).toContain(
			"its members are not used now, being out of its times or of weight 0: last_resort is blackhole",
		);
	});

	test("targets that are no uplinks", () => {
		expect(names(why({ incomingDevice: "br-guest" }))).toEqual(["unreachable"]);
		expect(why({ destination: "192.0.3.1" }).outcomes).toMatchObject([{ kind: "main", device: "w1" }]);
		expect(names(why({ destination: "192.0.2.5" }, {}, withState(planInput(CONFIG), "c", "down")))).toEqual([
			"unreachable",
		]);
	});

	test("never balanced: the router itself, its networks, and what the user says", () => {
		expect(names(why({ destination: "192.168.1.1" }, { destination: "local" }))).toEqual(["local"]);
		const vpn = why({}, { specific: { device: "wg0", gateway: null, table: 254 } });
		expect(vpn.outcomes).toMatchObject([{ kind: "specific", device: "wg0" }]);
		expect(texts(why({ destination: "198.18.5.5" }))).toContain("by option bypass of globals");
		expect(texts(why({ destination: "239.1.1.1" }))).toContain(
			"224.0.0.0/4, which is never balanced, as it is local",
		);
	});

	test("a delegated prefix leaves by the uplink that gave it, while that works", () => {
		const packet = { family: 6, source: "2001:db8:2:f0::5", destination: "2001:db8:ffff::1" } as const;
		expect(names(why(packet))).toEqual(["b"]);
		const down = why(packet, {}, withState(planInput(CONFIG), "b", "down"));
		expect(names(down)).toEqual(["a"]);
		expect(texts(down)).toContain("of uplink 'b', which does not take new connections now");
	});

	test("the router's own: by a bound address, by rules, else as default_policy", () => {
		const own = { incomingDevice: null };
		expect(names(why({ ...own, source: "100.64.2.2" }))).toEqual(["b"]);
		expect(names(why({ ...own, source: null }))).toEqual(["a", "b"]);
		expect(names(why({ ...own, source: "100.64.2.2", destination: "192.0.2.5" }))).toEqual(["c"]);
	});

	test("what comes in by an uplink is answered by it", () => {
		const explanation = why({ incomingDevice: "w3", source: "203.0.113.1", destination: "100.64.3.2" });
		expect(explanation.direction).toBe("inbound");
		expect(names(explanation)).toEqual(["c"]);
	});

	test("a rule that waits for something is named", () => {
		const input = { ...planInput(CONFIG), devices: new Map() };
		expect(texts(why({ destination: "192.0.2.5" }, {}, input))).toContain(
			"rule 'guests' is not in force now",
		);
	});

	test("a sticky rule may keep a source on another uplink of its policy", () => {
		const config = `${CONFIG}config rule 'held'\n\tlist dest_ip '192.0.4.0/24'\n\toption sticky '1'\n\toption target 'order'\n`;
		const explanation = why({ destination: "192.0.4.1" }, {}, planInput(config));
		expect(explanation.outcomes.map(({ uplink, percent }) => [uplink, percent])).toEqual([
			["a", 50],
			["b", 50],
			["c", 0],
		]);
		expect(renderAnswer(explanation)).toBe("one of a 50 %, b 50 %; c where an earlier connection is kept to");
		expect(texts(explanation)).toContain("in the last 600 s, that one's uplink is kept, be it a or b or c");
	});

	test("what is left open leaves several outcomes", () => {
		const explanation = why({ protocol: null, destinationPort: null });
		expect(explanation.isOpen).toBe(true);
		expect(renderAnswer(explanation)).toMatch(/^depends: uplink a .*uplink b/);
		expect(texts(explanation)).toContain("rule 'web' may match: its protocol must be tcp");
		expect(renderExplanation(explanation)).toMatch(
			/^192\.168\.1\.10 port 5000 → 203\.0\.113\.1 from br-lan: depends/,
		);
	});

	test("switched off, or a family nobody is meant for", () => {
		const off = planInput(
			CONFIG.replace("option default_policy", "option enabled '0'\n\toption default_policy"),
		);
		expect(texts(why({}, {}, off))).toContain("polywan is switched off");
		const only4 = planInput("config uplink 'a'\n\toption family 'ipv4'\n");
		const six = why({ family: 6, source: "fd00::1", destination: "2001:db8::1" }, {}, only4);
		expect(texts(six)).toContain("no uplink is meant for IPv6");
		expect(names(six)).toEqual(["main"]);
	});
});

test("a condition nobody here knows leaves the rule open, an empty one does not", () => {
	const [rule] = buildPlan(planInput(CONFIG)).rules;
	const match: PlanRule["match"] = { ...(rule as PlanRule).match, protocols: [], destinationPorts: [] };
	const withTime = (times: readonly string[]) => ({ ...rule, match: { ...match, times } }) as PlanRule;
	expect(matchRule(withTime([]), PACKET, NO_SETS).answer).toBe("yes");
	expect(matchRule(withTime(["08:00-12:00"]), PACKET, NO_SETS)).toEqual({
		answer: "maybe",
		reason: "it depends on times",
	});
});

describe("conditions of rules", () => {
	const [rule] = buildPlan(planInput(CONFIG)).rules;
	const match = { ...(rule as PlanRule).match, protocols: [], destinationPorts: [] };
	const own = { ...PACKET, incomingDevice: null };

	function answer(condition: PlanCondition, packet: Packet = PACKET): string {
		return matchRule({ ...(rule as PlanRule), match: { ...match, conditions: [condition] } }, packet, NO_SETS)
			.answer;
	}

	test.each([
		[{ on: "source", not: true, networks: ["192.168.1.0/24"] }, "no"],
		[{ on: "source", not: true, networks: ["10.0.0.0/8"] }, "yes"],
		[{ on: "source", not: true, networks: ["fd00::/8"] }, "yes"],
		[{ on: "destination", not: false, networks: ["203.0.113.0/24"] }, "yes"],
		[{ on: "protocol", not: true, protocols: [17] }, "no"],
		[{ on: "sourcePort", not: true, ports: [{ from: 1, to: 4999 }] }, "yes"],
		[{ on: "destinationPort", not: false, ports: [{ from: 80, to: 80 }] }, "no"],
		[{ on: "sourceDevice", not: true, devices: ["br-lan"] }, "no"],
		[{ on: "icmpType", not: false, types: { 4: [8], 6: [128] } }, "no"],
		[{ on: "dscp", not: false, codePoints: [46] }, "maybe"],
		[{ on: "mark", not: true, values: [1], mask: 255 }, "maybe"],
		[{ on: "sourceMac", not: true, addresses: ["02:00:00:00:00:01"] }, "maybe"],
		[{ on: "user", not: true, ids: [0] }, "no"],
	] as [PlanCondition, string][])("%j of a forwarded packet: %s", (condition, expected) => {
		expect(answer(condition)).toBe(expected);
	});

	test.each([
		[{ on: "sourceDevice", not: true, devices: ["br-lan"] }, "yes"],
		[{ on: "sourceMac", not: true, addresses: ["02:00:00:00:00:01"] }, "no"],
		[{ on: "user", not: false, ids: [0] }, "maybe"],
	] as [PlanCondition, string][])("%j of the router's own: %s", (condition, expected) => {
		expect(answer(condition, own)).toBe(expected);
	});

	test("sets: by what the kernel was asked, else open", () => {
		const sets = [
			{ kind: "domains", kernelName: "d1", domains: ["a.example", "b.example", "c.example", "d.example"] },
			{ kind: "named", kernelName: "e1", name: "video", elements: { 4: [], 6: [] } },
		] as const;
		const condition = { on: "destinationSet", not: false, set: "d1", foreign: null } as const;
		const asked = (members: ReadonlyMap<string, boolean>, not = false) =>
			matchRule(
				{ ...(rule as PlanRule), match: { ...match, conditions: [{ ...condition, not }] } },
				PACKET,
				buildSetFacts({ sets }, members),
			);
		const inside = new Map([[setKey("d1", "destinationSet"), true]]);
		expect(asked(inside).answer).toBe("yes");
		expect(asked(inside, true).answer).toBe("no");
		expect(asked(new Map())).toEqual({
			answer: "maybe",
			reason: "its destination must be in the addresses of a.example, b.example, c.example and 1 more names",
		});
		expect(buildSetFacts({ sets }, inside).describe("e1")).toBe("set 'video'");
	});

	test("the reason says what must not be", () => {
		const condition = { on: "source", not: true, networks: ["192.168.1.0/24"] } as const;
		const found = matchRule(
			{ ...(rule as PlanRule), match: { ...match, conditions: [condition] } },
			PACKET,
			NO_SETS,
		);
		expect(found.reason).toBe("its source must not be in 192.168.1.0/24");
	});
});

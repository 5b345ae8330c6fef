import { execFileSync } from "node:child_process";
import { FAMILIES, type Family } from "polywan-core/family";
import { buildPlan } from "polywan-core/plan/build";
import type { Plan } from "polywan-core/plan/plan";
import { groupRules } from "polywan-core/render/nft/rule-map";
import { renderNft } from "polywan-core/render/nft/table";
import { matchRule } from "polywan-core/why/match";
import { describe, expect, test } from "vitest";
import { FakeNft } from "../fake-nft.ts";
import type { Packet } from "../fake-packet.ts";
import { planInput } from "../fixture.ts";
import { randomOf } from "../walk.ts";

// Every rule leads to an uplink of its own, so that a packet's mark says which rule took it. What the text does is compared with
// the rules one after the other, as `polywan why` looks at them.

const RULES = 40;
const PACKETS = 150;
const SETS = 25;
const UNIT = 0x1000000;

type Pick = (below: number) => number;

function pickOf<T>(items: readonly T[], pick: Pick): T {
	const item = items[pick(items.length)];
	if (item === undefined) throw new Error("nothing to pick from");
	return item;
}

const NETWORKS = {
	4: [
		"10.0.0.0/8",
		"10.1.0.0/16",
		"10.1.2.0/24",
		"10.1.2.3",
		"10.2.0.0/16",
		"10.2.2.0/24",
		"10.3.0.7",
		"11.0.0.0/9",
	],
	6: ["2001:db8:1::/48", "2001:db8:1:2::/64", "2001:db8:1:2::3", "2001:db8:2::/48", "2001:db8:3::7"],
} as const;
const ADDRESSES = {
	4: ["10.1.2.3", "10.1.2.4", "10.1.9.1", "10.2.2.2", "10.3.0.7", "11.5.5.5", "192.0.2.1"],
	6: [
		"2001:db8:1:2::3",
		"2001:db8:1:2::4",
		"2001:db8:1:9::1",
		"2001:db8:2::2",
		"2001:db8:3::7",
		"2001:db8:9::1",
	],
} as const;
const PORTS = ["80", "443", "8080", "80 443", "8000-8100", "1-1023", "8050-9000"];

/** The kinds of rule there are many of, in rows, with others between them now and then. */
const KINDS: readonly ((pick: Pick, networks: readonly string[]) => string)[] = [
	(pick, networks) => `dest_ip ${pickOf(networks, pick)}; proto tcp; dest_port '${pickOf(PORTS, pick)}'`,
	(pick, networks) => `src_ip ${pickOf(networks, pick)}`,
	(pick) => `proto '${pickOf(["tcp", "udp", "tcp udp"], pick)}'; dest_port '${pickOf(PORTS, pick)}'`,
	(pick, networks) => `src_ip ${pickOf(networks, pick)}; dest_ip ${pickOf(networks, pick)}`,
	(pick, networks) => `src_iface ${pickOf(["lan", "guest"], pick)}; dest_ip ${pickOf(networks, pick)}`,
	(pick) => `proto udp; src_port '${pickOf(PORTS, pick)}'`,
	(pick) => `proto tcp; dest_port '!443'; src_ip '!10.1.0.0/16'; dscp ${pick(3)}`,
];

function randomRules(pick: Pick): string {
	const lines = Array.from({ length: RULES }, (_, n) => `config uplink 'u${n + 1}'`);
	let kind = pickOf(KINDS, pick);
	for (let n = 1; n <= RULES; n++) {
		if (pick(6) === 0) kind = pickOf(KINDS, pick);
		const family = pickOf(FAMILIES, pick);
		// A rule on another field in the middle of a row.
		const options = (pick(9) === 0 ? pickOf(KINDS, pick) : kind)(pick, NETWORKS[family]);
		lines.push(`config rule 'r${n}'`, ...options.split("; ").map((option) => `\toption ${option}`));
		lines.push(`\toption target u${n}`);
	}
	return lines.join("\n");
}

function randomPacket(pick: Pick, family: Family): Packet {
	return {
		family,
		incoming: pickOf(["br-lan", "br-guest"], pick),
		outgoing: null,
		source: pickOf(ADDRESSES[family], pick),
		destination: pickOf(ADDRESSES[family], pick),
		protocol: pickOf([6, 17], pick),
		sourcePort: pickOf([80, 443, 8050, 50_000], pick),
		destinationPort: pickOf([80, 443, 8050, 8080, 53], pick),
		connected: false,
		dscp: pick(3),
		mark: 0,
		ctMark: 0,
	};
}

/** The first rule that matches; 0: none. */
function firstMatch(plan: Plan, packet: Packet): number {
	const { incoming, ...facts } = packet;
	const asked = { ...facts, incomingDevice: incoming, mark: 0 };
	const rule = plan.rules.find((one) => matchRule(one, asked).answer === "yes");
	return Number(rule?.name.slice(1) ?? 0);
}

describe("the first rule that matches decides, however rules are put into maps", () => {
	test.each(Array.from({ length: SETS }, (_, seed) => seed))("rule set %i", (seed) => {
		const pick = randomOf(seed);
		const plan = buildPlan(planInput(randomRules(pick)));
		const kernel = new FakeNft();
		kernel.load(renderNft(plan));
		for (let n = 0; n < PACKETS; n++) {
			const packet = randomPacket(pick, pickOf(FAMILIES, pick));
			const passed = { ...packet };
			kernel.pass("prerouting", passed);
			const expected = firstMatch(plan, packet);
			if (expected > 0) expect([packet, passed.mark / UNIT]).toEqual([packet, expected]);
			else expect(passed.ctMark).toBe(passed.mark);
		}
	});

	test("there are maps and single rules in those sets", () => {
		const steps = Array.from({ length: SETS }, (_, seed) => {
			const plan = buildPlan(planInput(randomRules(randomOf(seed))));
			return FAMILIES.flatMap((family) => groupRules(plan.rules, family));
		}).flat();
		const maps = steps.filter((step) => "map" in step).length;
		expect(maps).toBeGreaterThan(SETS);
		expect(steps.length - maps).toBeGreaterThan(SETS);
	});

	test.skipIf(process.getuid?.() !== 0)("a kernel takes them: no two keys of a map overlap", () => {
		const texts = [0, 1, 2, 3, 4].map((seed) => renderNft(buildPlan(planInput(randomRules(randomOf(seed))))));
		execFileSync("unshare", ["-n", "nft", "-f", "-"], {
			input: texts.join(""),
			stdio: ["pipe", "ignore", "pipe"],
		});
	});
});

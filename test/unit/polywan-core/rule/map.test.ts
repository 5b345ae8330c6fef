import { buildPlan } from "polywan-core/plan/build";
import { boxOf, placesWithoutShadowed } from "polywan-core/render/nft/box";
import { groupRules } from "polywan-core/render/nft/rule-map";
import { describe, expect, test } from "vitest";
import { planInput } from "../fixture.ts";

/** Rules of three uplinks with these options, as steps of the IPv4 chain: names of rules, or numbers of elements. */
function stepsOf(...rules: readonly string[]): readonly (string | number)[] {
	const sections = rules.map((options, index) => {
		const lines = options.split(";").map((option) => `\toption ${option.trim()}\n`);
		return `config rule 'r${index + 1}'\n${lines.join("")}\toption target wan\n`;
	});
	const plan = buildPlan(planInput(`config uplink 'wan'\n${sections.join("")}`));
	return groupRules(plan.rules, 4).map((step) => ("map" in step ? step.map.elements.size : step.rule.name));
}

const web = "proto tcp; dest_port 80";

describe("rules that look at the same things become a map", () => {
	test("with networks and ranges of ports together", () => {
		expect(
			stepsOf(
				`dest_ip 10.0.1.0/24; ${web}`,
				"dest_ip 10.0.2.0/24; proto 'tcp udp'; dest_port 1000-2000",
				`dest_ip 10.0.3.7; ${web}`,
				"dest_ip 10.0.1.0/25; proto tcp; dest_port '443 8080-8090'",
			),
		).toEqual([6]);
	});

	test("without those that an earlier one takes whole", () => {
		const rules = ["10.0.0.0/16", "10.1.0.0/16", "10.0.7.0/24", "10.2.0.0/16"];
		expect(stepsOf(...rules.map((network) => `dest_ip ${network}; ${web}`))).toEqual([3]);
	});

	test("but not where the order decides", () => {
		const rules = ["10.0.7.0/24", "10.1.0.0/16", "10.0.0.0/16", "10.2.0.0/16"];
		expect(stepsOf(...rules.map((network) => `dest_ip ${network}; ${web}`))).toEqual([
			"r1",
			"r2",
			"r3",
			"r4",
		]);
	});

	test("nor around a rule of another kind, and not for a few", () => {
		const same = [1, 2, 3].map((n) => `dest_ip 10.0.${n}.0/24; ${web}`);
		expect(stepsOf(...same, "proto udp", ...same)).toEqual(["r1", "r2", "r3", "r4", "r5", "r6", "r7"]);
	});
});

describe("boxes", () => {
	const placed = (...keys: readonly string[]) =>
		placesWithoutShadowed(keys.map((key, place) => ({ place, box: boxOf(key) })));

	test.each([
		[
			["10.0.0.0/8 . 80", "10.0.0.0/8 . 81"],
			[0, 1],
		],
		[["10.0.0.0/8 . 80-90", "10.1.0.0/16 . 85"], [0]],
		[["10.0.0.0/8 . 80-90", "10.1.0.0/16 . 85-95"], null],
		[["10.1.0.0/16 . 85", "10.0.0.0/8 . 80-90"], null],
		[["10.1.0.0/16 . 80-90", "10.0.0.0/8 . 85"], null],
		[
			["2001:db8::/32 . 9", "2001:db8:1::/48 . 10", "2001:db9::/32 . 9"],
			[0, 1, 2],
		],
		[
			["10.0.0.0/8 . 9", "10.0.0.0/8 . 10", "10.0.0.0/8 . 100"],
			[0, 1, 2],
		],
	])("%j: %j", (keys, expected) => {
		const found = placed(...keys);
		expect(found === null ? null : [...found]).toEqual(expected);
	});

	test("telling many apart does not take the square of their number", () => {
		const costUs = (count: number) => {
			const keys = Array.from({ length: count }, (_, n) => `10.${n >> 8}.${n & 255}.0/24 . ${n % 7}`);
			const before = process.cpuUsage();
			expect(placed(...keys)?.size).toBe(count);
			return process.cpuUsage(before).user;
		};
		costUs(1000);
		expect(costUs(20_000)).toBeLessThan(100 * Math.max(costUs(1000), 1000));
	});
});

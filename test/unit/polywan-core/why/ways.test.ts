import type { Rule } from "polywan-core/config/model";
import type { Problem } from "polywan-core/config/problem";
import type { PlanRule } from "polywan-core/plan/plan";
import { maybe, no, YES } from "polywan-core/why/finding";
import { whyWaiting } from "polywan-core/why/waiting";
import { groupByRule, matchWays } from "polywan-core/why/ways";
import { describe, expect, test } from "vitest";

const way = (name: string, place: number) => ({ name, kernelName: `r${place}` }) as PlanRule;
const ways = [way("app", 0), way("app", 1), way("app", 2)];

describe("a rule with several ways to match", () => {
	test("is told once", () => {
		const names = groupByRule([way("a", 0), ...ways, way("b", 4)]).map((group) =>
			group.map(({ name }) => name),
		);
		expect(names).toEqual([["a"], ["app", "app", "app"], ["b"]]);
	});

	test("matches by any of them", () => {
		const found = matchWays(ways, ({ kernelName }) =>
			kernelName === "r1" ? YES : maybe("its protocol must be tcp"),
		);
		expect(found).toMatchObject({ answer: "yes", rule: ways[1] });
	});

	test("may match where none does surely, and says how many more ways there are", () => {
		const found = matchWays(ways, ({ kernelName }) =>
			kernelName === "r0" ? no("its destination must be in 192.0.2.0/24") : maybe(`its ${kernelName}`),
		);
		expect(found).toMatchObject({
			answer: "maybe",
			reason: "its r1, and likewise in 1 other ways",
			rule: ways[1],
		});
	});

	test("does not match where none does; the same reason is not counted twice", () => {
		expect(matchWays(ways, () => no("its protocol must be tcp")).reason).toBe("its protocol must be tcp");
	});
});

describe("a rule that waits", () => {
	const rule = (schedule: Rule["schedule"]) => ({ name: "r", schedule }) as Rule;
	const problem = (value: string | null, message: string): Problem => ({
		config: "polywan",
		section: "r",
		option: "app",
		value,
		message,
		severity: "warning",
	});

	test("says for what, by its own problem", () => {
		const problems = [
			problem(null, "dnsmasq does not run here"),
			problem("lan2", "is not a zone in /etc/config/firewall; the rule waits for it"),
		];
		expect(whyWaiting(rule(null), problems)).toBe(
			"app 'lan2': is not a zone in /etc/config/firewall; the rule waits for it",
		);
	});

	test("has a schedule, or nothing is known", () => {
		expect(whyWaiting(rule({} as Rule["schedule"]), [])).toBe("it is not its time (option schedule)");
		expect(whyWaiting(rule(null), [])).toBe("something it names is not there");
	});
});

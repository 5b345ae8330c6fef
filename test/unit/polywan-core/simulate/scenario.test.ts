import { parseScenario, ScenarioError } from "polywan-core/simulate/scenario";
import { describe, expect, test } from "vitest";
import { modelOf } from "../fixture.ts";

const model = modelOf("config uplink 'wan'\nconfig uplink 'wanb'\n");

describe("an event file", () => {
	test("times, uplinks, versions and what happens", () => {
		const { events, endMs } = parseScenario(
			"# a comment\n0 * load 20%\n\n10s wan down # the line\n+500ms wan up\n2m wanb/ipv6 loss 40\n90s wanb delay 80ms\n3m end\n",
			model,
		);
		expect(endMs).toBe(180_000);
		expect(events).toEqual([
			{ atMs: 0, uplink: null, family: null, change: { kind: "loadPercent", value: 20 }, text: "* load 20%" },
			{
				atMs: 10_000,
				uplink: "wan",
				family: null,
				change: { kind: "answers", value: false },
				text: "wan down",
			},
			{ atMs: 10_500, uplink: "wan", family: null, change: { kind: "answers", value: true }, text: "wan up" },
			{
				atMs: 90_000,
				uplink: "wanb",
				family: null,
				change: { kind: "delayMs", value: 80 },
				text: "wanb delay 80ms",
			},
			{
				atMs: 120_000,
				uplink: "wanb",
				family: 6,
				change: { kind: "lossPercent", value: 40 },
				text: "wanb/ipv6 loss 40",
			},
		]);
	});

	test("ends 30 s after the last event", () => {
		expect(parseScenario("5 wan unplug", model).endMs).toBe(35_000);
		expect(parseScenario("", model)).toEqual({ events: [], endMs: 30_000 });
	});

	test.each([
		["soon wan down", /line 1 .*'soon' is not a time/],
		["\n5s wann down", /line 2 .*no uplink 'wann'; there are wan, wanb/],
		["5s wan/ipx down", /'ipx' must be ipv4 or ipv6/],
		["5s wan explode", /'explode' must be down, up/],
		["5s wan loss 140%", /loss needs a percentage/],
		["5s wan delay", /delay needs a time/],
		["5s wan down 3", /'down' takes no value/],
		["5s wan delay 3ms now", /'now' is too much/],
		["5s wan", /what happens is missing: it must be down/],
		["5s wan constructor", /'constructor' must be down/],
		[`\u001b[2J${"x".repeat(500)}`, /^line 1 "\?\[2Jx{56}…": '\?\[2Jx{56}…' is not a time/],
	])("%j is refused", (text, message) => {
		expect(() => parseScenario(text, model)).toThrow(ScenarioError);
		expect(() => parseScenario(text, model)).toThrow(message);
	});
});

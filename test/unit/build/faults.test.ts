import { describe, expect, test } from "vitest";
import { type FaultyLine, playFault, renderFaultHelp } from "../../../build/faults.ts";

/** Lines that write down what is done to them. */
function fakeLines(): { lines: readonly FaultyLine[]; done: string[] } {
	const done: string[] = [];
	const line = (name: string, delayMs: number): FaultyLine => {
		const write = (what: string) => async (value?: number | boolean) => {
			done.push([name, what, value].filter((part) => part !== undefined).join(" "));
		};
		return {
			name,
			spec: { delayMs },
			blackhole: write("blackhole"),
			carrier: write("carrier"),
			gatewayGone: write("gatewayGone"),
			dnsBroken: write("dnsBroken"),
			loss: write("loss"),
			delay: write("delay"),
			heal: write("heal"),
		};
	};
	return { lines: [line("wan", 12), line("wanb", 35)], done };
}

describe("a fault typed at the demo", () => {
	test.each([
		["blackhole wan", ["wan blackhole"]],
		["  cable   wanb  ", ["wanb carrier false"]],
		["gateway wan", ["wan gatewayGone"]],
		["dns wan", ["wan dnsBroken"]],
		["loss wan 30", ["wan loss 30"]],
		["loss wan 30%", ["wan loss 30"]],
		["delay wanb 200ms", ["wanb delay 200"]],
		["heal wanb", ["wanb heal", "wanb delay 35"]],
		["heal", ["wan heal", "wan delay 12", "wanb heal", "wanb delay 35"]],
		["", []],
	])("%j is played", async (text, expected) => {
		const { lines, done } = fakeLines();
		await playFault(text, lines);
		expect(done).toEqual(expected);
	});

	test.each([
		["explode wan", /there is no fault 'explode':\n {2}blackhole <uplink>/],
		["toString wan", /there is no fault 'toString'/],
		["blackhole", /blackhole needs an uplink: wan or wanb/],
		["cable lan", /cable needs an uplink: wan or wanb/],
		["loss wan", /loss needs 0 to 100 percent/],
		["loss wan much", /loss needs 0 to 100 percent/],
		["loss wan 101", /loss needs 0 to 100 percent/],
		["delay wanb -5", /delay needs 0 to 10000 ms/],
		["cable wan 5", /cable takes no amount/],
		["loss wan 5 now", /'now' is too much/],
	])("%j is not understood, and nothing is done", async (text, message) => {
		const { lines, done } = fakeLines();
		await expect(playFault(text, lines)).rejects.toThrow(message);
		expect(done).toEqual([]);
	});

	test("help lists what there is", async () => {
		expect(await playFault("help", [])).toBe(renderFaultHelp());
		expect(renderFaultHelp()).toMatch(/^ {2}loss <uplink> <percent> +so many round trips are lost$/m);
	});
});

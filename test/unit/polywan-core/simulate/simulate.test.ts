import { Agenda } from "polywan-core/simulate/agenda";
import { seededRow } from "polywan-core/simulate/random";
import { renderSimulation } from "polywan-core/simulate/render";
import { parseScenario } from "polywan-core/simulate/scenario";
import { type Happening, type Simulation, simulate } from "polywan-core/simulate/simulate";
import { describe, expect, test } from "vitest";
import { modelOf } from "../fixture.ts";

const FAILOVER = `
config uplink 'wan'
config uplink 'wanb'
	option tier '2'
`;

const BALANCED = `
config uplink 'wan'
	option weight '3'
config uplink 'wanb'
config policy 'both'
	option mode 'weighted'
`;

function run(config: string, scenario: string, seed = 1): Simulation {
	const model = modelOf(config);
	return simulate(model, parseScenario(scenario, model), seededRow(seed));
}

type Of<K extends Happening["kind"]> = Extract<Happening, { kind: K }>;

function states({ happenings }: Simulation, uplink: string, family = 4): Of<"state">[] {
	return happenings.filter(
		(one): one is Of<"state"> => one.kind === "state" && one.uplink === uplink && one.family === family,
	);
}

function sharesAt(
	{ happenings }: Simulation,
	policy: string,
	atMs: number,
	family = 4,
): Of<"shares"> | undefined {
	return happenings.findLast(
		(one): one is Of<"shares"> =>
			one.kind === "shares" && one.policy === policy && one.family === family && one.atMs <= atMs,
	);
}

const names = (shares: Of<"shares"> | undefined): string[] => shares?.uplinks.map(({ name }) => name) ?? [];

describe("a simulation", () => {
	test("an idle line's death is found within two seconds, and its return after the recovery time", () => {
		const simulation = run(FAILOVER, "10s wan down\n20s wan up\n40s end");
		const [starting, up, down, recovering, again] = states(simulation, "wan");
		expect([starting?.to, up?.to, down?.to, recovering?.to, again?.to]).toEqual([
			"starting",
			"up",
			"down",
			"recovering",
			"up",
		]);
		expect(down?.atMs).toBeGreaterThan(10_000);
		expect(down?.atMs).toBeLessThan(12_000);
		expect(again?.atMs).toBeGreaterThan(22_900);
		expect(names(sharesAt(simulation, "failover", 10_000))).toEqual(["wan"]);
		expect(names(sharesAt(simulation, "failover", 15_000))).toEqual(["wanb"]);
		expect(names(sharesAt(simulation, "failover", 40_000))).toEqual(["wan"]);
	});

	test("with traffic the death is noticed sooner", () => {
		const idle = states(run(FAILOVER, "10.1s wan down"), "wan").find(({ to }) => to === "down");
		const busy = states(run(FAILOVER, "0 wan load 50%\n10.1s wan down"), "wan").find(
			({ to }) => to === "down",
		);
		expect(busy?.atMs).toBeLessThan(10_500);
		expect(busy?.atMs).toBeLessThan(idle?.atMs ?? 0);
	});

	test("an unplugged link is out at once", () => {
		const simulation = run(BALANCED, "5s wanb unplug\n8s wanb plug\n9s end");
		expect(sharesAt(simulation, "both", 4999)?.uplinks).toEqual([
			{ name: "wan", percent: 75 },
			{ name: "wanb", percent: 25 },
		]);
		expect(sharesAt(simulation, "both", 5000)?.uplinks).toEqual([{ name: "wan", percent: 100 }]);
		expect(names(sharesAt(simulation, "both", 8000))).toEqual(["wan", "wanb"]);
	});

	test("one IP version alone", () => {
		const simulation = run(FAILOVER, "5s wan/ipv6 down\n9s end");
		expect(names(sharesAt(simulation, "failover", 9000, 6))).toEqual(["wanb"]);
		expect(names(sharesAt(simulation, "failover", 9000, 4))).toEqual(["wan"]);
	});

	test("nobody left: the policy's last resort", () => {
		const simulation = run(FAILOVER, "5s * unplug\n6s end");
		expect(sharesAt(simulation, "failover", 6000)).toMatchObject({ verdict: "unreachable", uplinks: [] });
	});

	test("loss makes a line degraded", () => {
		const simulation = run(FAILOVER, "10s wan loss 50%\n3m end");
		expect(states(simulation, "wan").map(({ to }) => to)).toContain("degraded");
	});

	test("policies that follow measurements: overflow by load, latency by delay", () => {
		const line = "\n\toption download '10M'\n\toption upload '10M'\n";
		const config = `config uplink 'wan'${line}config uplink 'wanb'${line}\toption tier '2'\n`;
		const overflow = run(
			`${config}config policy 'o'\n\toption mode 'overflow'\n`,
			"10s wan load 95%\n20s end",
		);
		expect(names(sharesAt(overflow, "o", 9999))).toEqual(["wan"]);
		expect(names(sharesAt(overflow, "o", 20_000))).toEqual(["wanb"]);
		const latency = run(
			`${config}config policy 'l'\n\toption mode 'latency'\n`,
			"0 wanb delay 60ms\n10s wan delay 200ms\n90s end",
		);
		expect(names(sharesAt(latency, "l", 9999))).toEqual(["wan"]);
		expect(names(sharesAt(latency, "l", 90_000))).toEqual(["wanb"]);
	});

	test("a degraded line that is demoted gives way", () => {
		const config = FAILOVER.replace("'wan'\n", "'wan'\n\toption when_degraded 'demote'\n");
		const simulation = run(config, "10s wan loss 60%\n3m end");
		const degraded = states(simulation, "wan").find(({ to }) => to === "degraded");
		expect(names(sharesAt(simulation, "failover", degraded?.atMs ?? 0))).toEqual(["wanb"]);
	});

	test("the same seed gives the same, another seed another", () => {
		const text = "5s wan loss 30%\n2m end";
		expect(run(FAILOVER, text, 7)).toEqual(run(FAILOVER, text, 7));
		expect(run(FAILOVER, text, 7)).not.toEqual(run(FAILOVER, text, 8));
	});

	test("times in each state add up to the whole", () => {
		const { times, endMs } = run(FAILOVER, "10s wan down\n20s wan up\n40s end");
		for (const [uplink, family] of [
			["wan", 4],
			["wan", 6],
			["wanb", 4],
		] as const) {
			const own = times.filter((time) => time.uplink === uplink && time.family === family);
			expect(own.reduce((sum, { ms }) => sum + ms, 0)).toBeCloseTo(endMs, 6);
		}
	});

	test("as text: events, states with reasons, shares, and times", () => {
		const text = renderSimulation(run(FAILOVER, "10s wan unplug\n12s end"));
		expect(text).toContain(
			"   10.000s  > wan unplug\n   10.000s  wan up → down: no carrier\n   10.000s    policy failover: wanb 100 %\n",
		);
		expect(text).toMatch(/^wan IPv4: up 10\.0 s \(83\.2 %\), down 2\.0 s \(16\.7 %\)$/m);
	});

	test("switched off, nothing is watched", () => {
		expect(run(`config globals 'globals'\n\toption enabled '0'\n${FAILOVER}`, "1 wan down").times).toEqual(
			[],
		);
	});
});

test("the agenda runs by time, then by order", () => {
	const agenda = new Agenda();
	const ran: string[] = [];
	const random = seededRow(3);
	const times = Array.from({ length: 200 }, () => Math.floor(random() * 50));
	for (const [index, atMs] of times.entries()) agenda.at(atMs, () => ran.push(`${atMs} ${index}`));
	while (agenda.runNext());
	const sorted = times
		.map((atMs, index) => ({ atMs, index }))
		.sort((a, b) => a.atMs - b.atMs || a.index - b.index);
	expect(ran).toEqual(sorted.map(({ atMs, index }) => `${atMs} ${index}`));
	expect(agenda.nextMs).toBe(Number.POSITIVE_INFINITY);
});

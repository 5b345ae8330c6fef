import { findBadTargets } from "polywan-core/health/bad-targets";
import type { HealthEvent, ProbeOrder, StateChange } from "polywan-core/health/event";
import { MethodChoice } from "polywan-core/health/method-choice";
import { HealthMonitor } from "polywan-core/health/monitor";
import { adaptInterval } from "polywan-core/health/pace";
import { QualityLog } from "polywan-core/health/quality-log";
import { adjustMembers } from "polywan-core/policy/standing";
import { describe, expect, test } from "vitest";
import { PROBING, Simulation, seededRandom, steadyLine, TARGETS } from "./simulation.ts";

describe("several targets must answer", () => {
	const probing = { ...PROBING, reliability: 2 };

	test("one dead target of three changes nothing, two do; both back bring the uplink back", () => {
		const line = steadyLine(20);
		const simulation = new Simulation(line, 3, probing);
		simulation.runUntil(20_000);
		line.deadTargets.add(TARGETS[0] ?? "");
		simulation.runUntil(60_000);
		expect(simulation.changes.map(({ to }) => to)).toEqual(["starting", "up"]);
		line.deadTargets.add(TARGETS[1] ?? "");
		simulation.runUntil(80_000);
		expect(simulation.changes.at(-1)).toMatchObject({ to: "down" });
		expect(simulation.monitor.reason).toMatch(/only 1 of 2 targets answered that must/);
		line.deadTargets.clear();
		simulation.runUntil(120_000);
		expect(simulation.monitor.state).toBe("up");
	});

	test("a target that answers nowhere does not count", () => {
		const line = steadyLine(20);
		line.deadTargets.add("9.9.9.9").add("8.8.8.8");
		const simulation = new Simulation(line, 4, { ...probing, reliability: 3 });
		simulation.runUntil(20_000);
		expect(simulation.monitor.state).toBe("down");
		simulation.step({ kind: "badTargets", targets: ["9.9.9.9", "8.8.8.8"] });
		simulation.runUntil(60_000);
		expect(simulation.monitor.state).toBe("up");
	});

	test("more answers and more losses when asked for", () => {
		const line = steadyLine(20);
		const simulation = new Simulation(line, 5, { ...PROBING, downCount: 30, upCount: 20, recoveryMs: 1000 });
		simulation.runUntil(10_000);
		line.alive = false;
		simulation.runUntil(20_000);
		expect(simulation.monitor.reason).toMatch(/none of 3\d probes answered/);
		line.alive = true;
		simulation.runUntil(23_000);
		expect(simulation.monitor.state).toBe("recovering");
		simulation.runUntil(60_000);
		expect(simulation.monitor.state).toBe("up");
	});
});

test("a gateway that answers proves nothing about the Internet, one that does not is looked into", () => {
	const line = steadyLine(10);
	const simulation = new Simulation(line, 6, PROBING, ["gateway", "1.1.1.1"]);
	simulation.runUntil(10_000);
	expect(simulation.monitor.state).toBe("up");
	line.deadTargets.add("1.1.1.1");
	simulation.runUntil(20_000);
	expect(simulation.monitor.state).toBe("down");
	line.deadTargets.clear();
	simulation.runUntil(40_000);
	line.deadTargets.add("gateway");
	simulation.runUntil(80_000);
	expect(simulation.monitor.state).toBe("up");
});

test("a captive portal takes the uplink down though others answer, after a second look, until the target itself answers", () => {
	const monitor = new HealthMonitor(PROBING, ["1.1.1.1", "http://a.example/generate_204"], 0);
	let now = 0;
	let orders = [...monitor.step({ kind: "link", usable: true, reason: "up" }, now).sends];
	let captive = true;
	const states: string[] = [];
	for (let turn = 0; turn < 400; turn++) {
		now += 50;
		const [order, ...rest] = orders;
		orders = rest;
		const event =
			order === undefined
				? ({ kind: "wake" } as const)
				: captive && order.target.startsWith("http")
					? ({ kind: "failure", ...order, reason: "redirected to http://login/", portal: true } as const)
					: ({ kind: "reply", ...order, rttUs: 9000 } as const);
		const step = monitor.step(event, now);
		orders.push(...step.sends);
		if (step.change !== null) states.push(`${step.change.to}: ${step.change.reason}`);
		if (monitor.state === "down") expect(monitor.quality().portal).toBe("redirected to http://login/");
		if (turn === 200) captive = false;
	}
	expect(states.some((state) => state.startsWith("down: captive portal: redirected to http://login/"))).toBe(
		true,
	);
	expect(monitor.state).toBe("up");
	expect(monitor.quality().portal).toBeNull();
});

test.each([
	["quick", 50],
	["slower than the pages it answers for", 400],
])("a captive portal that answers for every page is told as such where it is %s", (_, slowestMs) => {
	for (let seed = 1; seed <= 10; seed++) {
		const random = seededRandom(seed);
		const monitor = new HealthMonitor(PROBING, ["http://a.example/", "http://b.example/"], 0);
		const answers: { order: ProbeOrder; atMs: number }[] = [];
		const changes: StateChange[] = [];
		const step = (event: HealthEvent, nowMs: number): void => {
			const { sends, change } = monitor.step(event, nowMs);
			const longestMs = nowMs < 3000 ? 50 : slowestMs;
			for (const order of sends) answers.push({ order, atMs: nowMs + 1 + Math.floor(random() * longestMs) });
			if (change !== null) changes.push(change);
		};
		step({ kind: "link", usable: true, reason: "up" }, 0);
		for (let nowMs = 5; nowMs < 8000; nowMs += 5) {
			const due = answers.filter(({ atMs }) => atMs <= nowMs);
			answers.splice(0, answers.length, ...answers.filter(({ atMs }) => atMs > nowMs));
			for (const { order } of due) {
				const reply = { kind: "reply", ...order, rttUs: 20_000 } as const;
				const page = {
					kind: "failure",
					...order,
					reason: "redirected to http://login/",
					portal: true,
				} as const;
				step(nowMs < 3000 ? reply : page, nowMs);
			}
			step({ kind: "wake" }, nowMs);
		}
		expect(changes.map(({ to }) => to)).toEqual(["starting", "up", "down"]);
		if (slowestMs < 100)
			expect(changes[2]?.reason).toMatch(/^captive portal: redirected to http:\/\/login\//);
		expect(monitor.reason, `seed ${seed}`).toMatch(/^captive portal: redirected to http:\/\/login\//);
		expect(monitor.quality().portal).toBe("redirected to http://login/");
	}
});

test.each([0, 300, 600, 900, 1200, 1500, 1800])(
	"when a line is back, a target that was silent before is asked again at once (%i ms)",
	(laterMs) => {
		const line = steadyLine(20);
		const simulation = new Simulation(line, 3);
		const silent = TARGETS[0] ?? "";
		line.deadTargets.add(silent);
		simulation.runUntil(30_000);
		line.alive = false;
		simulation.runUntil(35_000 + laterMs);
		expect(simulation.monitor.state).toBe("down");
		line.deadTargets.clear();
		line.alive = true;
		simulation.runUntil(40_000 + laterMs);
		expect(simulation.monitor.state).toBe("up");
		expect(simulation.monitor.hearing()).toEqual(TARGETS.map((target) => ({ target, heard: true })));
	},
);

test("adaptive: up to four times longer while calm, half after a loss, never below 100 ms", () => {
	expect([0, 1000, 10_000, 120_000, 1e9].map((calmMs) => adaptInterval(700, calmMs))).toEqual([
		350, 350, 700, 1400, 2800,
	]);
	expect(adaptInterval(100, 0)).toBe(100);
	const sent = (isAdaptive: boolean) => {
		const simulation = new Simulation(steadyLine(10), 1, { ...PROBING, isAdaptive });
		simulation.runUntil(600_000);
		return simulation.probesSent;
	};
	expect(sent(true)).toBeLessThan(sent(false) / 2);
});

test("targets are bad where they are silent on every uplink on which another answers", () => {
	const entry = (target: string, heard: boolean | null) => ({ target, heard });
	expect(
		findBadTargets([
			[entry("a", false), entry("b", true)],
			[entry("a", false), entry("b", true)],
		]),
	).toEqual(["a"]);
	expect(
		findBadTargets([
			[entry("a", false), entry("b", true)],
			[entry("a", true), entry("b", true)],
		]),
	).toEqual([]);
	expect(findBadTargets([[entry("a", false), entry("b", false)]])).toEqual([]);
	expect(
		findBadTargets([
			[entry("a", false), entry("b", true)],
			[entry("a", false), entry("b", false)],
		]),
	).toEqual(["a"]);
	expect(findBadTargets([[entry("a", null), entry("b", true)]])).toEqual([]);
});

describe("quality over spans", () => {
	test("round trips, jitter, loss and uptime come and go with their span", () => {
		const log = new QualityLog(1_000_000);
		let now = 1_000_000;
		log.setUp(true, now);
		for (let i = 0; i < 100; i++) {
			now += 100;
			if (i % 10 === 9) log.lost(now);
			else log.answered(i % 2 === 0 ? 10 : 20, i === 0 ? null : 10, now);
		}
		const ten = log.read("10s", now);
		expect(ten.rtt).toMatchObject({ minMs: 10, maxMs: 20 });
		expect(ten.lossPercent).toBeGreaterThan(8);
		expect(ten.lossPercent).toBeLessThan(12);
		expect(ten.jitterMs).toBe(10);
		expect(ten.uptimePercent).toBe(100);
		log.setUp(false, now);
		now += 30_000;
		expect(log.read("10s", now)).toMatchObject({
			rtt: null,
			lossPercent: null,
			jitterMs: null,
			uptimePercent: 0,
		});
		expect(log.read("1m", now).uptimePercent).toBeLessThan(30);
		expect(log.read("1h", now)).toMatchObject({ probes: 100, lossPercent: 10 });
		now += 25 * 3_600_000;
		expect(log.read("24h", now)).toMatchObject({ probes: 0, rtt: null, uptimePercent: 0 });
	});
});

describe("auto", () => {
	test("changes to what answers where the present method does not, not when all are silent, and says why", () => {
		const choice = new MethodChoice(0);
		for (let now = 0; now < 1000; now += 100) choice.note("a", "ping", 10, now);
		for (const method of ["tcp", "dns", "http"] as const) choice.note("a", method, 15, 900);
		expect(choice.evaluate(1000)).toEqual([]);
		for (let now = 1000; now < 1500; now += 100) choice.note("a", "ping", null, now);
		expect(choice.explore("a", 0.99)).not.toBeNull();
		expect(choice.evaluate(1500)).toEqual([]);
		choice.note("a", "tcp", 15, 1600);
		const [change] = choice.evaluate(1600);
		expect(change).toMatchObject({ target: "a", from: "ping", to: "tcp" });
		expect(change?.reason).toMatch(/^a is asked by tcp \(100 % answered in 15 ms\) instead of ping/);
		expect(choice.method("a")).toBe("tcp");
	});

	test("every minute the better one is taken, by a clear margin, and one probe in ten explores", () => {
		const choice = new MethodChoice(0);
		for (let i = 0; i < 50; i++) {
			choice.note("a", "ping", i % 4 === 0 ? null : 12, i);
			choice.note("a", "dns", 14, i);
		}
		expect(choice.evaluate(59_000)).toEqual([]);
		expect(choice.evaluate(60_000)).toMatchObject([{ to: "dns" }]);
		expect([choice.explore("a", 0.05) !== null, choice.explore("a", 0.5)]).toEqual([true, null]);
	});

	test("two answers of a slower one are no proof that it scatters less", () => {
		const choice = new MethodChoice(0);
		for (let i = 0; i < 60; i++) choice.note("a", "ping", i % 2 === 0 ? 5 : 35, i * 1000);
		for (let i = 0; i < 2; i++) choice.note("a", "http", 27, i);
		expect(choice.evaluate(60_000)).toEqual([]);
		for (let i = 0; i < 60; i++) choice.note("a", "http", 20, i);
		expect(choice.evaluate(120_000)).toMatchObject([{ to: "http" }]);
	});
});

test("demoted uplinks come last, deweighted ones have a quarter", () => {
	const members = [
		{ uplink: "a", tier: 1, weight: 2 },
		{ uplink: "b", tier: 2, weight: 2 },
	];
	const adjusted = (standing: "demoted" | "deweighted", hasTiers: boolean) =>
		adjustMembers(members, (uplink) => (uplink === "a" ? standing : "normal"), hasTiers);
	expect(adjustMembers(members, () => "normal", true)).toBe(members);
	expect(adjusted("demoted", true).map(({ tier }) => tier)).toEqual([1001, 2]);
	expect(adjusted("demoted", false).map(({ uplink }) => uplink)).toEqual(["b"]);
	expect(adjusted("deweighted", true).map(({ weight }) => weight)).toEqual([2, 8]);
	expect(adjustMembers(members, () => "demoted", false)).toHaveLength(2);
});

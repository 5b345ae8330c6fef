import { HealthMonitor } from "polywan-core/health/monitor";
import { expect, test } from "vitest";
import { PROBING, Simulation, steadyLine, TARGETS } from "./simulation.ts";

const LINK_UP = { kind: "link", usable: true, reason: "interface is up" } as const;

test("before a link is known it is down, sends nothing and asks for nothing", () => {
	const monitor = new HealthMonitor(PROBING, TARGETS, 5);
	expect(monitor.state).toBe("down");
	const step = monitor.step({ kind: "wake" }, 100);
	expect(step).toEqual({ sends: [], wakeAtMs: null, pollTrafficAtMs: null, change: null });
	expect(monitor.quality()).toMatchObject({ rttMs: null, jitterMs: null, lossPercent: 100 });
});

test("without probing, and without targets, the state follows the link", () => {
	for (const monitor of [
		new HealthMonitor({ ...PROBING, enabled: false }, TARGETS, 0),
		new HealthMonitor(PROBING, [], 0),
	]) {
		const up = monitor.step(LINK_UP, 10);
		expect(up).toMatchObject({ sends: [], wakeAtMs: null, change: { from: "down", to: "up" } });
		const down = monitor.step({ kind: "link", usable: false, reason: "no address" }, 20);
		expect(down.change).toEqual({ from: "up", to: "down", reason: "no address" });
		expect(monitor.reason).toBe("no address");
		expect(monitor.sinceMs).toBe(20);
	}
});

test("a new link is used at once and confirmed by the first answer", () => {
	const monitor = new HealthMonitor(PROBING, TARGETS, 0);
	const started = monitor.step(LINK_UP, 10);
	expect(started.change?.to).toBe("starting");
	expect(started.sends.map(({ target }) => target)).toEqual(["1.1.1.1", "8.8.8.8"]);
	const [first] = started.sends;
	const answered = monitor.step(
		{ kind: "reply", target: "1.1.1.1", sequence: first?.sequence ?? 0, rttUs: 9000 },
		19,
	);
	expect(answered.change).toEqual({ from: "starting", to: "up", reason: "1.1.1.1 answers" });
	expect(answered.pollTrafficAtMs).not.toBeNull();
	expect(monitor.quality().rttMs).toBe(9);
});

test("answers nobody asked for change nothing", () => {
	const monitor = new HealthMonitor(PROBING, TARGETS, 0);
	const { sends } = monitor.step(LINK_UP, 10);
	const sequence = sends[0]?.sequence ?? 0;
	for (const event of [
		{ kind: "reply", target: "1.1.1.1", sequence: 999, rttUs: 100 },
		{ kind: "reply", target: "6.6.6.6", sequence, rttUs: 100 },
		{ kind: "reply", target: "1.1.1.1", sequence, rttUs: Number.NaN },
	] as const) {
		expect(monitor.step(event, 12).change).toBeNull();
	}
	expect(monitor.state).toBe("starting");
});

test("a single lost probe costs a burst and changes nothing", () => {
	const line = steadyLine(10);
	const simulation = new Simulation(line, 1);
	simulation.runUntil(10_000);
	line.alive = false;
	simulation.runUntil(10_710);
	line.alive = true;
	simulation.runUntil(20_000);
	expect(simulation.changes.length).toBe(2);
});

test("errors for all probes take it down without waiting for time-outs, but not on the spot", () => {
	const monitor = new HealthMonitor(PROBING, TARGETS, 0);
	let step = monitor.step(LINK_UP, 0);
	for (const { target, sequence } of step.sends) {
		step = monitor.step({ kind: "reply", target, sequence, rttUs: 1000 }, 1);
	}
	expect(monitor.state).toBe("up");
	let nowMs = 1;
	while (monitor.state === "up" && nowMs < 3000) {
		nowMs = Math.max(nowMs, step.wakeAtMs ?? nowMs);
		step = monitor.step({ kind: "wake" }, nowMs);
		for (const { target, sequence } of step.sends) {
			const reason = "network is unreachable";
			step = monitor.step({ kind: "failure", target, sequence, reason }, nowMs);
			if (step.change !== null) break;
		}
	}
	expect(monitor.state).toBe("down");
	expect(monitor.reason).toContain("network is unreachable");
	expect(nowMs).toBeGreaterThan(1000);
	expect(nowMs).toBeLessThan(1500);
});

test("being held up is not mistaken for silence: answers may lie in the socket", () => {
	const monitor = new HealthMonitor(PROBING, TARGETS, 0);
	let step = monitor.step(LINK_UP, 0);
	for (const { target, sequence } of step.sends) {
		step = monitor.step({ kind: "reply", target, sequence, rttUs: 1000 }, 1);
	}
	const probeAtMs = step.wakeAtMs ?? 0;
	step = monitor.step({ kind: "wake" }, probeAtMs);
	const [probe] = step.sends;
	expect(probe).toBeDefined();
	// The whole machine stood still for two seconds; the wake-up is delivered before the answer.
	step = monitor.step({ kind: "wake" }, probeAtMs + 2000);
	expect(step.sends.length).toBeLessThanOrEqual(1);
	expect(step.wakeAtMs).toBe(probeAtMs + 2008);
	if (probe === undefined) return;
	step = monitor.step({ kind: "reply", ...probe, rttUs: 2_000_000 }, probeAtMs + 2001);
	expect(step.change).toBeNull();
	expect(monitor.quality().lossPercent).toBe(0);
});

test("evidence that proves wrong counts for less, and for more again later", () => {
	const simulation = new Simulation(steadyLine(10), 1);
	simulation.runUntil(10_300);
	const burstAfterEvidence = (): boolean => {
		const before = simulation.probesSent;
		simulation.step({ kind: "evidence", reason: "gateway does not answer ARP" });
		simulation.runUntil(simulation.nowMs + 30);
		return simulation.probesSent - before >= 2;
	};
	expect(burstAfterEvidence()).toBe(true);
	expect(burstAfterEvidence()).toBe(false);
	simulation.runUntil(12_000);
	expect(burstAfterEvidence()).toBe(true);
	simulation.runUntil(simulation.nowMs + 600);
	expect(burstAfterEvidence()).toBe(false);
	simulation.runUntil(300_000);
	expect(burstAfterEvidence()).toBe(true);
	expect(simulation.changes.length).toBe(2);
});

test("high latency degrades, and with hysteresis heals", () => {
	const line = steadyLine(50);
	const simulation = new Simulation(line, 1, { ...PROBING, degradedRttMs: 200, recoveredRttMs: 150 });
	simulation.runUntil(30_000);
	line.rttMs = () => 300;
	simulation.runUntil(60_000);
	expect(simulation.monitor.state).toBe("degraded");
	expect(simulation.monitor.reason).toContain("limit 200 ms");
	line.rttMs = () => 170;
	simulation.runUntil(150_000);
	expect(simulation.monitor.state).toBe("degraded");
	line.rttMs = () => 50;
	simulation.runUntil(200_000);
	expect(simulation.monitor.state).toBe("up");
	expect(simulation.changes.length).toBe(4);
});

test("new settings take effect without a change of state", () => {
	const simulation = new Simulation(steadyLine(10), 1);
	simulation.runUntil(10_000);
	simulation.step({
		kind: "settings",
		probing: { ...PROBING, pace: "eager" },
		targets: ["198.51.100.1", "198.51.100.2"],
	});
	const before = simulation.probesSent;
	simulation.runUntil(20_000);
	expect(simulation.probesSent - before).toBeGreaterThan(30);
	expect(simulation.monitor.quality().targets.map(({ address }) => address)).toEqual([
		"198.51.100.1",
		"198.51.100.2",
	]);
	simulation.step({ kind: "settings", probing: { ...PROBING, enabled: false }, targets: ["198.51.100.1"] });
	const quiet = simulation.probesSent;
	simulation.runUntil(30_000);
	expect(simulation.probesSent).toBe(quiet);
	simulation.step({ kind: "settings", probing: PROBING, targets: TARGETS });
	simulation.runUntil(40_000);
	expect(simulation.probesSent).toBeGreaterThan(quiet + 10);
	expect(simulation.changes.length).toBe(2);
});

test("the same events give the same steps", () => {
	const run = (): unknown => {
		const line = steadyLine(30);
		line.loss = 0.2;
		const simulation = new Simulation(line, 42);
		simulation.at(3000, () => simulation.startConnections(33, 90_000));
		simulation.runUntil(100_000);
		return [simulation.changes, simulation.probesSent, simulation.turns, simulation.monitor.quality()];
	};
	expect(run()).toEqual(run());
});

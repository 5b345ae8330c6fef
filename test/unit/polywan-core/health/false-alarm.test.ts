import { describe, expect, test, vi } from "vitest";
import { type Line, Simulation, steadyLine } from "./simulation.ts";

// Hours are simulated, which takes long where the machine has more to do.
vi.setConfig({ testTimeout: 120_000 });

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

function changesAfterStart(simulation: Simulation): string[] {
	return simulation.changes.slice(2).map(({ to }) => to);
}

function runLossy(rttMs: number, loss: number, seed: number, forMs: number): Simulation {
	const line = steadyLine(rttMs);
	line.loss = loss;
	const simulation = new Simulation(line, seed);
	simulation.runUntil(forMs);
	return simulation;
}

describe("loss", () => {
	test.each([
		{ rttMs: 0.2, loss: 0.05 },
		{ rttMs: 40, loss: 0.05 },
		{ rttMs: 40, loss: 0.1 },
		{ rttMs: 0.2, loss: 0.1 },
	])("10 simulated hours at $loss round-trip loss and $rttMs ms: no change at all", ({ rttMs, loss }) => {
		for (let seed = 1; seed <= 10; seed++) {
			const simulation = runLossy(rttMs, loss, seed, HOUR_MS);
			expect(changesAfterStart(simulation)).toEqual([]);
		}
	});

	test.each([0.2, 40])("at thirty percent it is degraded and stays so (round trip %d ms)", (rttMs) => {
		for (let seed = 1; seed <= 20; seed++) {
			const simulation = runLossy(rttMs, 0.3, seed, 10 * MINUTE_MS);
			const changes = changesAfterStart(simulation);
			expect(changes).not.toContain("down");
			expect(changes.length).toBeLessThanOrEqual(2);
			expect(simulation.monitor.state).toBe("degraded");
			expect(simulation.monitor.quality().lossPercent).toBeGreaterThan(15);
		}
	});

	test("a sudden 30 % does not look like a blackhole, and when it ends the uplink is good again", () => {
		let downs = 0;
		for (let seed = 1; seed <= 60; seed++) {
			const line = steadyLine(30);
			const simulation = new Simulation(line, seed);
			simulation.at(MINUTE_MS, () => {
				line.loss = 0.3;
			});
			simulation.at(4 * MINUTE_MS, () => {
				line.loss = 0;
			});
			simulation.runUntil(4 * MINUTE_MS);
			downs += changesAfterStart(simulation).filter((to) => to === "down").length;
			expect(simulation.monitor.state).toBe("degraded");
			simulation.runUntil(10 * MINUTE_MS);
			expect(simulation.monitor.state).toBe("up");
		}
		expect(downs).toBe(0);
	});
});

describe("delay", () => {
	/** A queue of `peakMs` fills within `riseMs` every 30 s for 10 s under a busy stream, and loses some. */
	function runBloat(baseMs: number, peakMs: number, riseMs: number, seed: number): Simulation {
		const line = steadyLine(baseMs);
		let fullFromMs = Number.POSITIVE_INFINITY;
		line.rttMs = (nowMs, random) => {
			const fill = Math.min(1, Math.max(0, (nowMs - fullFromMs) / riseMs));
			return baseMs * (1 + 0.05 * random()) + (peakMs - baseMs) * fill * (0.85 + 0.3 * random());
		};
		const simulation = new Simulation(line, seed);
		for (let round = 0; round < 20; round++) {
			const atMs = 10_000 + round * 30_000 + seed * 77;
			simulation.at(atMs, () => {
				fullFromMs = atMs;
				line.loss = 0.02;
				simulation.startStream(200, atMs + 10_000);
			});
			simulation.at(atMs + 10_000, () => {
				fullFromMs = Number.POSITIVE_INFINITY;
				line.loss = 0;
			});
		}
		simulation.runUntil(11 * MINUTE_MS);
		return simulation;
	}

	test.each([
		{ baseMs: 20, peakMs: 400, riseMs: 200 },
		{ baseMs: 20, peakMs: 400, riseMs: 800 },
		{ baseMs: 5, peakMs: 900, riseMs: 1000 },
	])(
		"a bloated queue ($baseMs to $peakMs ms within $riseMs ms) is no alarm",
		({ baseMs, peakMs, riseMs }) => {
			for (let seed = 1; seed <= 15; seed++) {
				expect(changesAfterStart(runBloat(baseMs, peakMs, riseMs, seed))).toEqual([]);
			}
		},
	);

	/** Everything stands still for `stallMs` every 15 s and is delivered afterwards, as with radio handovers. */
	function runStalls(stallMs: number, traffic: boolean, seed: number): Simulation {
		const line = steadyLine(25, 10);
		let fromMs = Number.POSITIVE_INFINITY;
		const rttMs = line.rttMs;
		line.rttMs = (nowMs, random) => {
			const stalledMs = nowMs >= fromMs && nowMs < fromMs + stallMs ? fromMs + stallMs - nowMs : 0;
			return rttMs(nowMs, random) + stalledMs;
		};
		const simulation = new Simulation(line, seed);
		if (traffic) simulation.at(1000, () => simulation.startConnections(20, 5 * MINUTE_MS));
		for (let round = 0; round < 18; round++) {
			const atMs = 10_000 + round * 15_000 + seed * 77;
			simulation.at(atMs, () => {
				fromMs = atMs;
			});
		}
		simulation.runUntil(5 * MINUTE_MS);
		return simulation;
	}

	test("stalls of up to 500 ms of a quiet line are no alarm", () => {
		for (let seed = 1; seed <= 10; seed++) {
			for (const stallMs of [50, 150, 300, 500]) {
				expect(changesAfterStart(runStalls(stallMs, false, seed))).toEqual([]);
			}
		}
	});

	test("a busy line with stalls may fool it once or twice, then it has learnt to be patient", () => {
		for (let seed = 1; seed <= 10; seed++) {
			const downs = changesAfterStart(runStalls(300, true, seed)).filter((to) => to === "down");
			expect(downs.length).toBeLessThanOrEqual(3);
		}
	});
});

describe("targets", () => {
	function runWith(shape: (line: Line, simulation: Simulation) => void): Simulation {
		const line = steadyLine(20);
		line.loss = 0.02;
		const simulation = new Simulation(line, 5);
		shape(line, simulation);
		simulation.runUntil(15 * MINUTE_MS);
		return simulation;
	}

	test("dead ones are noticed, cost little and change nothing", () => {
		const simulation = runWith((line, run) => {
			run.at(MINUTE_MS, () => line.deadTargets.add("8.8.8.8"));
			run.at(5 * MINUTE_MS, () => line.deadTargets.add("1.1.1.1"));
		});
		expect(changesAfterStart(simulation)).toEqual([]);
		const { targets, lossPercent } = simulation.monitor.quality();
		expect(targets.map((target) => target.answering)).toEqual([false, false, true]);
		expect(lossPercent).toBeLessThan(8);
		expect(simulation.probesSent / (15 * 60)).toBeLessThan(2.5);
	});

	test("they count again when they answer again", () => {
		const simulation = runWith((line, run) => {
			run.at(MINUTE_MS, () => line.deadTargets.add("8.8.8.8"));
			run.at(3 * MINUTE_MS, () => line.deadTargets.clear());
			run.at(14 * MINUTE_MS, () => {
				line.deadTargets.add("1.1.1.1");
				line.deadTargets.add("9.9.9.9");
			});
		});
		expect(changesAfterStart(simulation)).toEqual([]);
		expect(simulation.monitor.quality().targets[1]?.answering).toBe(true);
	});

	test("one that limits its answers does not make the uplink look bad", () => {
		const simulation = runWith((line) => line.answersPerSecond.set("8.8.8.8", 0.3));
		expect(changesAfterStart(simulation)).toEqual([]);
		expect(simulation.monitor.quality().lossPercent).toBeLessThan(8);
	});

	test("all dead is down", () => {
		const simulation = runWith((line, run) => {
			run.at(MINUTE_MS, () => {
				for (const target of ["1.1.1.1", "8.8.8.8", "9.9.9.9"]) line.deadTargets.add(target);
			});
		});
		expect(simulation.monitor.state).toBe("down");
	});
});

test("an uplink that fails soon after it came back must answer longer each time", () => {
	const line = steadyLine(10);
	const simulation = new Simulation(line, 1);
	for (let round = 0; round < 60; round++) {
		simulation.at(20_000 + round * 20_000, () => {
			line.alive = false;
		});
		simulation.at(30_000 + round * 20_000, () => {
			line.alive = true;
		});
	}
	simulation.runUntil(20 * MINUTE_MS);
	expect(simulation.changes.filter(({ to }) => to === "up").length).toBeLessThanOrEqual(4);
	simulation.runUntil(23 * MINUTE_MS);
	expect(simulation.monitor.state).toBe("up");
});

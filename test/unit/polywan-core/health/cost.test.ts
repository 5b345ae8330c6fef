import type { ProbingPace } from "polywan-core/config/model";
import { expect, test } from "vitest";
import { PROBING, Simulation, steadyLine } from "./simulation.ts";

const IPV6_PROBE_BYTES = 40 + 8 + PROBING.payloadBytes;
const SECONDS = 600;

function runIdle(pace: ProbingPace, loss: number): { bytesPerSecond: number; turnsPerSecond: number } {
	const line = steadyLine(25);
	line.loss = loss;
	const simulation = new Simulation(line, 3, { ...PROBING, pace });
	simulation.at(1234, () => simulation.startOtherFamily(SECONDS * 1000));
	simulation.runUntil(SECONDS * 1000);
	return {
		bytesPerSecond: (simulation.probesSent * IPV6_PROBE_BYTES) / SECONDS,
		turnsPerSecond: simulation.turns / SECONDS,
	};
}

test("idle cost by pace, at the IP layer and in turns of the loop", () => {
	expect(runIdle("normal", 0).bytesPerSecond).toBeLessThan(85);
	expect(runIdle("normal", 0).turnsPerSecond).toBeLessThan(5);
	expect(runIdle("frugal", 0).bytesPerSecond).toBeLessThan(9);
	expect(runIdle("frugal", 0).turnsPerSecond).toBeLessThan(2.5);
	expect(runIdle("eager", 0).bytesPerSecond).toBeLessThan(200);
});

test("it stays below 200 bytes/s at 5 % loss, bursts included", () => {
	expect(runIdle("normal", 0.05).bytesPerSecond).toBeLessThan(150);
});

test("counters are read often under traffic only, and a stream nobody answers does not cause bursts for ever", () => {
	const busy = new Simulation(steadyLine(40), 1);
	busy.at(5000, () => busy.startConnections(20, SECONDS * 1000));
	busy.runUntil(SECONDS * 1000);
	expect(busy.turns / SECONDS).toBeLessThan(30);
	expect(busy.probesSent / SECONDS).toBeLessThan(1.6);

	const camera = new Simulation(steadyLine(40), 1);
	camera.at(5000, () => camera.startOneWayStream(50, SECONDS * 1000));
	camera.runUntil(SECONDS * 1000);
	expect(camera.changes.slice(2)).toEqual([]);
	expect(camera.probesSent / SECONDS).toBeLessThan(2);
});

test("while down it asks about once in 700 ms", () => {
	const line = steadyLine(25);
	line.alive = false;
	const simulation = new Simulation(line, 3);
	simulation.runUntil(SECONDS * 1000);
	expect(simulation.monitor.state).toBe("down");
	expect(simulation.probesSent / SECONDS).toBeLessThan(1.5);
});

import type { Probing } from "polywan-core/config/model";
import type { StateChange } from "polywan-core/health/event";
import { HealthMonitor } from "polywan-core/health/monitor";

/** The schema's defaults. */
export const PROBING: Probing = {
	enabled: true,
	targets: { 4: [], 6: [] },
	pace: "normal",
	isAuto: false,
	reliability: 1,
	upCount: 3,
	downCount: null,
	isAdaptive: false,
	intervalMs: null,
	timeoutFloorMs: 60,
	timeoutCapMs: 1000,
	payloadBytes: 8,
	ttl: null,
	recoveryMs: 3000,
	degradedLossPercent: 20,
	recoveredLossPercent: 10,
	degradedRttMs: 0,
	recoveredRttMs: 0,
};

export const TARGETS: readonly string[] = ["1.1.1.1", "8.8.8.8", "9.9.9.9"];

export type Random = () => number;

/** mulberry32: small, seeded, good enough to model losses. */
export function seededRandom(seed: number): Random {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let t = state;
		t = Math.imul(t ^ (t >>> 15), t | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
}

/** A line to the Internet as packets meet it. Mutable: tests break and heal it. */
export interface Line {
	alive: boolean;
	/** Share of round trips lost. */
	loss: number;
	/** Round-trip time of a packet sent now. */
	rttMs(nowMs: number, random: Random): number;
	deadTargets: Set<string>;
	/** Answers of a target per second at most. */
	answersPerSecond: Map<string, number>;
	/** Packets of others on the same device that come in whatever happens (ARP, another family), per second. */
	noisePerSecond: number;
}

export function steadyLine(rttMs: number, jitterMs = rttMs / 20): Line {
	return {
		alive: true,
		loss: 0,
		rttMs: (_now, random) => rttMs + jitterMs * random(),
		deadTargets: new Set(),
		answersPerSecond: new Map(),
		noisePerSecond: 0,
	};
}

interface Timer {
	readonly atMs: number;
	readonly order: number;
	run(): void;
}

/** One monitor on a modelled line under a virtual clock, driven as the daemon drives it. */
export class Simulation {
	nowMs = 0;
	readonly monitor: HealthMonitor;
	readonly changes: (StateChange & { atMs: number })[] = [];
	readonly line: Line;
	readonly random: Random;
	probesSent = 0;
	probesAnswered = 0;
	/** Turns of the daemon's loop: steps and readings of counters. */
	turns = 0;
	tx = 0;
	rx = 0;
	readonly #timers: Timer[] = [];
	#order = 0;
	#wake = 0;
	#poll = 0;
	readonly #answerTimes = new Map<string, number>();

	constructor(line: Line, seed: number, probing: Probing = PROBING, targets: readonly string[] = TARGETS) {
		this.line = line;
		this.random = seededRandom(seed);
		this.monitor = new HealthMonitor(probing, targets, 0);
		this.at(0, () => this.step({ kind: "link", usable: true, reason: "interface is up" }));
		this.at(0, () => this.#noise());
	}

	at(atMs: number, run: () => void): void {
		const timer = { atMs: Math.max(atMs, this.nowMs), order: this.#order++, run };
		let child = this.#timers.push(timer) - 1;
		while (child > 0) {
			const parent = (child - 1) >> 1;
			if (!isBefore(timer, this.#timers[parent])) break;
			this.#timers[child] = this.#timers[parent] as Timer;
			child = parent;
		}
		this.#timers[child] = timer;
	}

	runUntil(endMs: number): void {
		while ((this.#timers[0]?.atMs ?? Number.POSITIVE_INFINITY) <= endMs) {
			const timer = this.#takeFirst();
			this.nowMs = timer.atMs;
			timer.run();
		}
		this.nowMs = endMs;
	}

	step(event: Parameters<HealthMonitor["step"]>[0]): void {
		this.turns++;
		const step = this.monitor.step(event, this.nowMs);
		if (step.change !== null) this.changes.push({ ...step.change, atMs: this.nowMs });
		const wake = ++this.#wake;
		if (step.wakeAtMs !== null) {
			this.at(step.wakeAtMs, () => {
				if (wake === this.#wake) this.step({ kind: "wake" });
			});
		}
		for (const order of step.sends) this.#sendProbe(order.target, order.sequence);
		const poll = ++this.#poll;
		if (step.pollTrafficAtMs !== null) {
			this.at(step.pollTrafficAtMs, () => {
				if (poll === this.#poll) this.step({ kind: "traffic", txPackets: this.tx, rxPackets: this.rx });
			});
		}
	}

	/** A LAN client that opens a connection every `everyMs`: SYN, answer, request, answer. */
	startConnections(everyMs: number, untilMs: number): void {
		const open = (): void => {
			if (this.nowMs >= untilMs) return;
			this.#send(() => this.#send(() => this.#send(() => {})));
			this.at(this.nowMs + everyMs, open);
		};
		open();
	}

	/** Packets that leave at a rate and get no answer at all (a camera's UDP stream). */
	startOneWayStream(perSecond: number, untilMs: number): void {
		if (this.nowMs >= untilMs) return;
		this.tx++;
		this.at(this.nowMs + 1000 / perSecond, () => this.startOneWayStream(perSecond, untilMs));
	}

	/** The other family of the same device: a probe and its answer now and then. */
	startOtherFamily(untilMs: number): void {
		if (this.nowMs >= untilMs) return;
		this.#send(() => {});
		this.at(this.nowMs + 700, () => this.startOtherFamily(untilMs));
	}

	/** A busy line: packets that leave at a rate, each answered. */
	startStream(perSecond: number, untilMs: number): void {
		if (this.nowMs >= untilMs) return;
		this.#send(() => {});
		this.at(this.nowMs + 1000 / perSecond, () => this.startStream(perSecond, untilMs));
	}

	#send(onAnswer: () => void): void {
		this.tx++;
		if (!this.line.alive || this.random() < this.line.loss) return;
		const rttMs = this.line.rttMs(this.nowMs, this.random);
		this.at(this.nowMs + rttMs, () => {
			if (!this.line.alive) return;
			this.rx++;
			onAnswer();
		});
	}

	#sendProbe(target: string, sequence: number): void {
		this.probesSent++;
		this.tx++;
		const { line } = this;
		if (!line.alive || line.deadTargets.has(target) || this.random() < line.loss) return;
		if (!this.#mayAnswer(target)) return;
		const rttMs = line.rttMs(this.nowMs, this.random);
		this.at(this.nowMs + rttMs, () => {
			if (!line.alive) return;
			this.rx++;
			this.probesAnswered++;
			this.step({ kind: "reply", target, sequence, rttUs: rttMs * 1000 });
		});
	}

	#mayAnswer(target: string): boolean {
		const perSecond = this.line.answersPerSecond.get(target);
		if (perSecond === undefined) return true;
		const lastMs = this.#answerTimes.get(target) ?? Number.NEGATIVE_INFINITY;
		if (this.nowMs - lastMs < 1000 / perSecond) return false;
		this.#answerTimes.set(target, this.nowMs);
		return true;
	}

	#noise(): void {
		const { noisePerSecond } = this.line;
		if (noisePerSecond === 0) return;
		this.rx++;
		this.at(this.nowMs - (Math.log(1 - this.random()) * 1000) / noisePerSecond, () => this.#noise());
	}

	#takeFirst(): Timer {
		const timers = this.#timers;
		const first = timers[0] as Timer;
		const last = timers.pop() as Timer;
		if (timers.length === 0) return first;
		let parent = 0;
		for (;;) {
			let child = 2 * parent + 1;
			if (child >= timers.length) break;
			if (isBefore(timers[child + 1], timers[child])) child++;
			if (!isBefore(timers[child], last)) break;
			timers[parent] = timers[child] as Timer;
			parent = child;
		}
		timers[parent] = last;
		return first;
	}
}

function isBefore(a: Timer | undefined, b: Timer | undefined): boolean {
	if (a === undefined) return false;
	if (b === undefined) return true;
	return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

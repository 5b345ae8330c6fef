import type { Probing } from "../config/model.ts";
import type { Burst } from "./burst.ts";
import type { ProbeOrder, Quality } from "./event.ts";
import { type Probe, ProbeLedger } from "./ledger.ts";
import { countLoss, countLossSpans, type LossCount, LossWindow } from "./loss.ts";
import { RttEstimator } from "./rtt.ts";
import { type Target, TargetSet } from "./target.ts";

/** RFC 6298 (2.1): the first time-out, before anything has been measured. */
const FIRST_TIMEOUT_MS = 1000;
/** A burst decides, so it waits longer than a single probe, which only starts a burst. */
const BURST_PATIENCE = 1.5;

export interface Answer {
	readonly probe: Probe;
	/** It had been given up. */
	readonly late: boolean;
	/** Ms beyond what a burst would have waited; negative: within. */
	readonly lateMs: number;
}

/** What is sent through one uplink in one family, what comes back, and what is measured by it. */
export class Sounding {
	#probing: Probing;
	#targets: TargetSet;
	readonly #rtt = new RttEstimator();
	readonly #losses = new LossWindow();
	readonly #ledger = new ProbeLedger();
	#orders: ProbeOrder[] = [];
	/** When the last probe left. */
	sentAtMs = Number.NEGATIVE_INFINITY;

	constructor(probing: Probing, targets: readonly string[]) {
		this.#probing = probing;
		this.#targets = new TargetSet(targets);
	}

	get targets(): TargetSet {
		return this.#targets;
	}

	/** Returns whether the targets are others than before; then everything on the way is forgotten. */
	configure(probing: Probing, targets: readonly string[]): boolean {
		this.#probing = probing;
		const next = new TargetSet(targets);
		if (next.isSameAs(this.#targets)) return false;
		this.#targets = next;
		this.#ledger.clear();
		this.#losses.clear();
		return true;
	}

	/** @param counts whether its outcome tells something about the quality of the uplink */
	send(target: Target, burst: Burst | null, counts: boolean, nowMs: number): void {
		const patienceMs = burst === null ? 0 : this.#rtt.patienceMs(nowMs);
		const deadlineMs = nowMs + this.#waitMs(target, burst !== null, patienceMs);
		const probe = this.#ledger.open(target, nowMs, deadlineMs, burst, counts);
		this.sentAtMs = nowMs;
		this.#orders.push({ target: target.address, sequence: probe.sequence });
	}

	/** The probes ordered since the last call. */
	takeOrders(): readonly ProbeOrder[] {
		const orders = this.#orders;
		if (orders.length > 0) this.#orders = [];
		return orders;
	}

	/** Null for strangers and duplicates. */
	answered(address: string, sequence: number, rttMs: number, nowMs: number): Answer | null {
		const taken = this.#ledger.take(address, sequence);
		if (taken === null || !(rttMs >= 0)) return null;
		const { probe, late } = taken;
		if (late) this.#losses.correct(probe.recorded);
		else this.#record(probe, false);
		const lateMs = rttMs - this.#waitMs(probe.target, true, 0);
		this.#rtt.sample(probe.target.rtt, rttMs);
		probe.target.answered(nowMs);
		return { probe, late, lateMs };
	}

	/** An error came instead of an answer. Null when the probe is no longer waited for. */
	failed(address: string, sequence: number): Probe | null {
		const taken = this.#ledger.take(address, sequence);
		return taken === null || taken.late ? null : taken.probe;
	}

	/** Probes whose time is over. */
	expire(nowMs: number): readonly Probe[] {
		return this.#ledger.expire(nowMs);
	}

	/** Books a probe as lost. Returns whether its target can be trusted, so that this means something. */
	missed(probe: Probe): boolean {
		const target = probe.target;
		target.missed(probe.sentAtMs);
		this.#record(probe, true);
		return target.trusted;
	}

	judgeTarget(target: Target): void {
		this.#targets.judge(target, this.#losses);
	}

	learnPatience(lateMs: number, wronglyDown: boolean, nowMs: number): void {
		if (lateMs > 0) this.#rtt.learnPatience(lateMs, wronglyDown, nowMs);
	}

	isWaitingFor(burst: Burst): boolean {
		return this.#ledger.isWaitingFor(burst);
	}

	get nextDeadlineMs(): number {
		return this.#ledger.nextDeadlineMs;
	}

	get lossSpans(): LossCount[] {
		return countLossSpans(this.#losses, this.#targets.counts);
	}

	/** Mean over the trusted targets; null before the first answer. */
	get rttMs(): number | null {
		let sum = 0;
		let measured = 0;
		for (const { trusted, rtt } of this.#targets.all) {
			if (!trusted || rtt.smoothedMs === null) continue;
			sum += rtt.smoothedMs;
			measured++;
		}
		return measured === 0 ? null : sum / measured;
	}

	quality(down: boolean): Quality {
		const { lost, total } = countLoss(this.#losses, 100, this.#targets.counts);
		return {
			rttMs: this.rttMs,
			jitterMs: this.#rtt.jitterMs,
			lossPercent: down ? 100 : total === 0 ? 0 : (lost * 100) / total,
			targets: this.#targets.all.map((target) => ({
				address: target.address,
				answering: target.answering === true && !down,
				rttMs: target.rtt.smoothedMs,
			})),
		};
	}

	/** What is on the way no longer matters. */
	forgetProbes(): void {
		this.#ledger.clear();
		this.#orders = [];
	}

	/** The losses so far belong to an outage; the round-trip times, too, when it is another link now. */
	forgetLosses(anotherLink: boolean): void {
		this.#losses.clear();
		if (anotherLink) this.#rtt.reset();
		for (const target of this.#targets.all) target.forgetMisses();
	}

	#record(probe: Probe, lost: boolean): void {
		if (probe.counts) probe.recorded = this.#losses.record(probe.target.slot, lost);
	}

	#waitMs(target: Target, inBurst: boolean, patienceMs: number): number {
		const { timeoutFloorMs, timeoutCapMs } = this.#probing;
		const floorMs = inBurst ? timeoutFloorMs * BURST_PATIENCE : timeoutFloorMs;
		const measuredMs = this.#rtt.timeoutMs(target.rtt) ?? this.#unmeasuredMs();
		return Math.min(Math.max(floorMs, timeoutCapMs), Math.max(floorMs, measuredMs) + patienceMs);
	}

	#unmeasuredMs(): number {
		let longestMs = 0;
		for (const { rtt } of this.#targets.all) longestMs = Math.max(longestMs, this.#rtt.timeoutMs(rtt) ?? 0);
		return longestMs === 0 ? FIRST_TIMEOUT_MS : longestMs * 2;
	}
}

import type { Probing } from "../config/model.ts";
import type { Burst } from "./burst.ts";
import type { ProbeOrder, Quality } from "./event.ts";
import { type Probe, ProbeLedger } from "./ledger.ts";
import { countLoss, countLossSpans, type LossCount, LossWindow } from "./loss.ts";
import { isProgram, type ProbeMethod } from "./probe-target.ts";
import { QualityLog, SPANS, type Span, type SpanQuality } from "./quality-log.ts";
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
	/** Of a late one: ms beyond what a burst would have waited; negative: within. */
	readonly lateMs: number;
}

/** What is sent through one uplink in one family, what comes back, and what is measured by it. */
export class Sounding {
	#probing: Probing;
	#targets: TargetSet;
	/** What is asked in another way has times of its own. */
	readonly #estimators = new Map<ProbeMethod, RttEstimator>();
	readonly #log: QualityLog;
	readonly #losses = new LossWindow();
	readonly #ledger = new ProbeLedger();
	#orders: ProbeOrder[] = [];
	/** When the last probe left. */
	sentAtMs = Number.NEGATIVE_INFINITY;

	constructor(probing: Probing, targets: readonly string[], nowMs: number) {
		this.#probing = probing;
		this.#targets = new TargetSet(targets);
		this.#log = new QualityLog(nowMs);
	}

	/** It is in use from now on, or not. */
	setUp(isUp: boolean, nowMs: number): void {
		this.#log.setUp(isUp, nowMs);
	}

	spans(nowMs: number): Readonly<Record<Span, SpanQuality>> {
		const entries = SPANS.map((span) => [span, this.#log.read(span, nowMs)] as const);
		return Object.fromEntries(entries) as Record<Span, SpanQuality>;
	}

	target(address: string): Target | null {
		return this.#targets.all.find((target) => target.address === address) ?? null;
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
		const patienceMs = burst === null ? 0 : this.#estimator(target).patienceMs(nowMs);
		const deadlineMs = nowMs + this.#waitMs(target, burst !== null, patienceMs);
		// A gateway may stay silent on a line that works.
		const probe = this.#ledger.open(target, nowMs, deadlineMs, burst, counts && target.proves);
		this.sentAtMs = nowMs;
		target.sentAtMs = nowMs;
		target.waiting++;
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
		const { target } = probe;
		if (!late) target.waiting--;
		if (late) {
			this.#losses.correct(probe.recorded);
			if (probe.recorded >= 0) this.#log.correct(nowMs);
		} else {
			this.#record(probe, false);
			const stepMs = target.lastRttMs === null ? null : rttMs - target.lastRttMs;
			if (probe.counts) this.#log.answered(target.measures ? rttMs : null, stepMs, nowMs);
		}
		const lateMs = late ? rttMs - this.#waitMs(target, true, 0) : 0;
		this.#estimator(target).sample(target.rtt, rttMs);
		target.lastRttMs = rttMs;
		target.answered(nowMs);
		return { probe, late, lateMs };
	}

	/** An error came instead of an answer; `late`: the probe had been given up. Null for strangers and duplicates. */
	failed(address: string, sequence: number): { readonly probe: Probe; readonly late: boolean } | null {
		const taken = this.#ledger.take(address, sequence);
		if (taken !== null && !taken.late) taken.probe.target.waiting--;
		return taken;
	}

	/** Probes whose time is over. */
	expire(nowMs: number): readonly Probe[] {
		const expired = this.#ledger.expire(nowMs);
		for (const { target } of expired) target.waiting--;
		return expired;
	}

	/** Books a probe as lost. Returns whether its target can be trusted, so that this means something. */
	missed(probe: Probe, nowMs: number): boolean {
		const target = probe.target;
		target.missed(probe.sentAtMs);
		this.#record(probe, true);
		if (probe.counts && target.trusted) this.#log.lost(nowMs);
		return target.trusted;
	}

	judgeTarget(target: Target): void {
		this.#targets.judge(target, this.#losses);
	}

	learnPatience(target: Target, lateMs: number, wronglyDown: boolean, nowMs: number): void {
		if (lateMs > 0) this.#estimator(target).learnPatience(lateMs, wronglyDown, nowMs);
	}

	isWaitingFor(burst: Burst): boolean {
		return this.#ledger.isWaitingFor(burst);
	}

	get nextDeadlineMs(): number {
		return this.#ledger.nextDeadlineMs;
	}

	/** Nothing of what is remembered was lost. */
	get isLossless(): boolean {
		return this.#losses.lost === 0;
	}

	get lossSpans(): LossCount[] {
		return countLossSpans(this.#losses, this.#targets.counts);
	}

	/** Mean over the trusted targets; null before the first answer. */
	get rttMs(): number | null {
		let sum = 0;
		let measured = 0;
		for (const { trusted, measures, rtt } of this.#targets.all) {
			if (!trusted || !measures || rtt.smoothedMs === null) continue;
			sum += rtt.smoothedMs;
			measured++;
		}
		return measured === 0 ? null : sum / measured;
	}

	quality(down: boolean, portal: string | null): Quality {
		const { lost, total } = countLoss(this.#losses, 100, this.#targets.counts);
		return {
			rttMs: this.rttMs,
			jitterMs: this.#measuring?.jitterMs ?? null,
			portal,
			lossPercent: down ? 100 : total === 0 ? 0 : (lost * 100) / total,
			targets: this.#targets.all.map((target) => ({
				address: target.address,
				answering: target.answering === true && !down,
				heard: target.answering,
				trusted: target.trusted && !target.isBad,
				rttMs: target.rtt.smoothedMs,
			})),
		};
	}

	/** What is on the way no longer matters. */
	forgetProbes(): void {
		this.#ledger.clear();
		this.#orders = [];
		for (const target of this.#targets.all) target.waiting = 0;
	}

	/** The losses so far belong to an outage; the round-trip times, too, when it is another link now. */
	forgetLosses(anotherLink: boolean): void {
		this.#losses.clear();
		if (anotherLink) for (const estimator of this.#estimators.values()) estimator.reset();
		this.#targets.lookAgain();
	}

	#record(probe: Probe, lost: boolean): void {
		if (probe.counts) probe.recorded = this.#losses.record(probe.target.slot, lost);
	}

	#estimator(target: Target): RttEstimator {
		const known = this.#estimators.get(target.method);
		if (known !== undefined) return known;
		const estimator = new RttEstimator();
		this.#estimators.set(target.method, estimator);
		return estimator;
	}

	get #measuring(): RttEstimator | undefined {
		const target = this.#targets.all.find(({ measures }) => measures);
		return target === undefined ? undefined : this.#estimators.get(target.method);
	}

	#waitMs(target: Target, inBurst: boolean, patienceMs: number): number {
		const { timeoutFloorMs } = this.#probing;
		// A program is ended when its time is over, and its end takes a moment to be told.
		if (isProgram(target.method) && target.timeoutMs !== null) return target.timeoutMs + PROGRAM_GRACE_MS;
		const timeoutCapMs = Math.max(this.#probing.timeoutCapMs, target.timeoutMs ?? 0);
		const floorMs = inBurst ? timeoutFloorMs * BURST_PATIENCE : timeoutFloorMs;
		const measuredMs = this.#estimator(target).timeoutMs(target.rtt) ?? this.#unmeasuredMs(target);
		return Math.min(Math.max(floorMs, timeoutCapMs), Math.max(floorMs, measuredMs) + patienceMs);
	}

	#unmeasuredMs({ method, timeoutMs }: Target): number {
		let longestMs = 0;
		for (const target of this.#targets.all) {
			if (target.method !== method) continue;
			longestMs = Math.max(longestMs, this.#estimator(target).timeoutMs(target.rtt) ?? 0);
		}
		return longestMs === 0 ? Math.max(FIRST_TIMEOUT_MS, timeoutMs ?? 0) : longestMs * 2;
	}
}

const PROGRAM_GRACE_MS = 1500;

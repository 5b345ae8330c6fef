import type { Probing } from "../config/model.ts";
import type { TargetHearing } from "./bad-targets.ts";
import type { Burst } from "./burst.ts";
import { RecoveryDamping } from "./damping.ts";
import { DegradationJudge } from "./degradation.ts";
import { Doubt, UNANSWERED, type Verdict } from "./doubt.ts";
import type { HealthEvent, HealthStep, Quality } from "./event.ts";
import type { Probe } from "./ledger.ts";
import { PortalWatch } from "./portal.ts";
import { ProbeSchedule } from "./probe-schedule.ts";
import type { Span, SpanQuality } from "./quality-log.ts";
import { Sounding } from "./sounding.ts";
import { StallGuard } from "./stall-guard.ts";
import type { UplinkState } from "./state.ts";
import { StateTrack } from "./state-track.ts";
import type { Target } from "./target.ts";
import { TrafficWatch } from "./traffic.ts";

export type { HealthEvent, HealthStep } from "./event.ts";

const NEVER = Number.POSITIVE_INFINITY;

/**
 * Decides the state of one uplink in one family. Values in, values out: it has no clock and does no I/O; the caller tells it what
 * happens, with the monotonic time in ms (never going back), sends the probes it orders and calls again when it asks for that.
 */
export class HealthMonitor {
	#probing: Probing;
	readonly #track: StateTrack;
	readonly #stall = new StallGuard();
	#usable = false;
	readonly #sounding: Sounding;
	readonly #traffic = new TrafficWatch();
	readonly #schedule: ProbeSchedule;
	readonly #doubt: Doubt;
	readonly #damping = new RecoveryDamping();
	readonly #judge = new DegradationJudge();
	readonly #portal = new PortalWatch();
	#answersSinceDown = 0;
	#wakeAtMs = NEVER;

	constructor(probing: Probing, targets: readonly string[], nowMs: number) {
		this.#probing = probing;
		this.#schedule = new ProbeSchedule(probing);
		this.#sounding = new Sounding(probing, targets, nowMs);
		this.#doubt = new Doubt(probing, this.#sounding, this.#traffic);
		this.#track = new StateTrack(nowMs);
	}

	get state(): UplinkState {
		return this.#track.state;
	}

	/** Monotonic time of the last change of state. */
	get sinceMs(): number {
		return this.#track.sinceMs;
	}

	/** Of the last change of state, in words a user understands. */
	get reason(): string {
		return this.#track.reason;
	}

	quality(): Quality {
		return this.#sounding.quality(this.#track.state === "down" && this.#isProbed, this.#portal.reason);
	}

	/** Who answers, whatever the state. */
	hearing(): readonly TargetHearing[] {
		return this.#sounding.targets.all.map(({ address, answering }) => ({
			target: address,
			heard: answering,
		}));
	}

	/** What was measured over the last ten seconds, minute, hour and day. */
	spans(nowMs: number): Readonly<Record<Span, SpanQuality>> {
		return this.#sounding.spans(nowMs);
	}

	step(event: HealthEvent, nowMs: number): HealthStep {
		this.#stall.observe(this.#wakeAtMs, nowMs);
		this.#take(event, nowMs);
		if (this.#isProbed && this.#usable) this.#advance(nowMs);
		this.#wakeAtMs = this.#nextWakeMs();
		const { pollAtMs } = this.#schedule;
		return {
			sends: this.#sounding.takeOrders(),
			wakeAtMs: this.#wakeAtMs === NEVER ? null : this.#wakeAtMs,
			pollTrafficAtMs: pollAtMs === NEVER ? null : pollAtMs,
			change: this.#track.takeChange(),
		};
	}

	get #isProbed(): boolean {
		return this.#probing.enabled && this.#sounding.targets.all.length > 0;
	}

	#take(event: HealthEvent, nowMs: number): void {
		switch (event.kind) {
			case "link":
				this.#takeLink(event.usable, event.reason, nowMs);
				break;
			case "reply":
				this.#takeReply(event.target, event.sequence, event.rttUs / 1000, nowMs);
				break;
			case "failure":
				if (event.portal) this.#takePortal(event.target, event.sequence, event.reason, nowMs);
				else this.#takeFailure(event.target, event.sequence, event.reason, nowMs);
				break;
			case "badTargets":
				this.#sounding.targets.markBad(event.targets);
				break;
			case "method":
				this.#sounding.target(event.target)?.rtt.reset();
				break;
			case "evidence":
				this.#takeEvidence(event.reason, nowMs);
				break;
			case "traffic":
				this.#takeTraffic(event.txPackets, event.rxPackets, nowMs);
				break;
			case "settings":
				this.#takeSettings(event.probing, event.targets, nowMs);
				break;
			case "wake":
				break;
		}
	}

	#takeLink(usable: boolean, reason: string, nowMs: number): void {
		if (usable === this.#usable) {
			// Another address or gateway, perhaps.
			if (usable) this.#lookSoon(nowMs);
			else this.#track.reason = reason;
			return;
		}
		this.#usable = usable;
		this.#stopProbing();
		if (!usable) {
			this.#enter("down", reason, nowMs);
		} else if (!this.#isProbed) {
			this.#enter("up", reason, nowMs);
		} else {
			this.#sounding.forgetLosses(true);
			this.#enter("starting", reason, nowMs);
			this.#startBurst("", null, nowMs);
		}
	}

	#takeSettings(probing: Probing, targets: readonly string[], nowMs: number): void {
		const wasProbed = this.#isProbed;
		this.#probing = probing;
		this.#schedule.configure(probing);
		this.#doubt.configure(probing);
		const others = this.#sounding.configure(probing, targets);
		if (others || !this.#isProbed) this.#stopProbing();
		if (!this.#usable) return;
		if (!this.#isProbed) {
			if (this.#track.state !== "up") this.#enter("up", "not probed: up as long as its link is", nowMs);
			return;
		}
		if (others || !wasProbed) this.#startBurst("", null, nowMs);
		this.#schedule.hasten("steadyMs", nowMs);
		const { idlePollMs, pollAtMs } = this.#schedule;
		if (this.#track.isInUse) this.#schedule.pollAt(Math.min(pollAtMs, nowMs + idlePollMs));
	}

	#takeReply(address: string, sequence: number, rttMs: number, nowMs: number): void {
		const answer = this.#sounding.answered(address, sequence, rttMs, nowMs);
		if (answer === null) return;
		const { probe, late, lateMs } = answer;
		const { target } = probe;
		this.#portal.answered(address);
		if (late) {
			const wronglyDown = this.#track.state === "down" && probe.sentAtMs < this.#track.sinceMs;
			this.#sounding.learnPatience(target, lateMs, wronglyDown, nowMs);
		}
		if (isOnePacket(target)) this.#traffic.probeAnswered();
		if (!target.proves || this.#portal.reason !== null) return;
		this.#answersSinceDown++;
		if (this.#doubt.isSettledBy(answer)) this.#stillAlive(nowMs);
		if (this.#track.state === "starting") {
			if (!this.#doubt.isOpen) this.#becomeUp(`${address} answers`, nowMs);
		} else if (this.#track.state === "down" && this.#usable) {
			if (this.#sounding.targets.answeringCount >= this.#doubt.needed) this.#startRecovering(address, nowMs);
		} else if (!this.#doubt.isOpen) this.#judgeQuality(nowMs);
	}

	/** The line works, but somebody on it wants something first. */
	#takePortal(address: string, sequence: number, reason: string, nowMs: number): void {
		const refusal = this.#sounding.failed(address, sequence);
		if (refusal === null) return;
		const { probe, late } = refusal;
		const others = this.#sounding.targets.all.some(
			(other) => other !== probe.target && /^https?$/.test(other.method) && other.answering === true,
		);
		const verdict = others ? "ordinary" : this.#portal.seen(address, reason);
		if (verdict === "ordinary") {
			probe.burst?.portalAnswered(address, reason);
			if (!late) this.#missed(probe, `${reason} (${address})`, nowMs);
			return;
		}
		if (!late) this.#sounding.missed(probe, nowMs);
		if (verdict === "again") {
			this.#sounding.send(probe.target, null, false, nowMs);
			return;
		}
		if (this.#track.state === "down") {
			this.#track.reason = `captive portal: ${reason}`;
			return;
		}
		this.#doubt.drop();
		this.#enterPortal(address, reason, nowMs);
	}

	#enterPortal(address: string, reason: string, nowMs: number): void {
		this.#enter("down", `captive portal: ${reason} (${address})`, nowMs);
		this.#scheduleProbe(nowMs);
	}

	#startRecovering(address: string, nowMs: number): void {
		this.#sounding.forgetLosses(false);
		this.#answersSinceDown = 1;
		this.#enter("recovering", `${address} answers again`, nowMs);
		this.#schedule.hasten("recoveringMs", nowMs);
	}

	#takeFailure(address: string, sequence: number, reason: string, nowMs: number): void {
		const refusal = this.#sounding.failed(address, sequence);
		if (refusal === null || refusal.late) return;
		const { probe } = refusal;
		if (probe.burst !== null) probe.burst.failure = reason;
		this.#missed(probe, `${reason} (${address})`, nowMs);
	}

	/** Find out at once, unless this kind of evidence was wrong lately. */
	#takeEvidence(reason: string, nowMs: number): void {
		if (!this.#track.isInUse || !this.#isProbed || this.#doubt.isOpen) return;
		if (this.#doubt.isBelieved(reason, nowMs)) this.#startBurst(reason, reason, nowMs);
		else this.#lookSoon(nowMs);
	}

	#takeTraffic(txPackets: number, rxPackets: number, nowMs: number): void {
		if (!this.#track.isInUse || !this.#isProbed) return;
		const rttMs = this.#sounding.rttMs ?? 0;
		const verdict = this.#traffic.read(nowMs, txPackets, rxPackets, rttMs);
		if (verdict === "unanswered" && !this.#doubt.isOpen) this.#startBurst(UNANSWERED, UNANSWERED, nowMs);
		else if (verdict === "stopped") this.#lookSoon(nowMs);
		this.#schedule.pollAt(this.#traffic.nextPollMs(nowMs, rttMs, this.#schedule.idlePollMs));
		if (!this.#doubt.isOpen && !this.#traffic.isActive) this.#schedule.pollWithProbe(nowMs);
	}

	#lookSoon(nowMs: number): void {
		this.#schedule.lookSoon(this.#sounding.sentAtMs, nowMs);
	}

	#advance(nowMs: number): void {
		if (nowMs >= this.#stall.graceUntilMs && nowMs >= this.#sounding.nextDeadlineMs) {
			for (const probe of this.#sounding.expire(nowMs)) {
				this.#missed(probe, `no answer from ${probe.target.address}`, nowMs);
			}
		}
		if (this.#doubt.isOpen) this.#settle(nowMs);
		if (!this.#doubt.isOpen && nowMs >= this.#schedule.probeAtMs) this.#probe(nowMs);
		if (this.#track.state === "recovering" && !this.#doubt.isOpen && nowMs >= this.#recoverAtMs) {
			this.#damping.recovered(nowMs);
			this.#becomeUp("answers reliably again", nowMs);
		}
	}

	/** The ordinary probe of each state. */
	#probe(nowMs: number): void {
		const { targets } = this.#sounding;
		const down = this.#track.state === "down";
		const rests = this.#probing.intervalMs === null;
		const target = down ? targets.nextAny(nowMs, rests) : targets.nextTrusted(nowMs, rests);
		if (target === null) {
			this.#schedule.probeAt(targets.restOverAtMs(nowMs));
			return;
		}
		// What is lost while down tells nothing about the quality of the uplink afterwards.
		this.#send(target, null, !down, nowMs);
		this.#scheduleProbe(nowMs);
		const check = down ? null : targets.nextCheck(nowMs);
		if (check === null || check === target) return;
		this.#send(check, null, true, nowMs);
	}

	#send(target: Target, burst: Burst | null, counts: boolean, nowMs: number): void {
		this.#sounding.send(target, burst, counts, nowMs);
		if (isOnePacket(target)) this.#traffic.probeSent();
	}

	#scheduleProbe(nowMs: number): void {
		// Counting them costs something, and only an adaptive interval goes by them.
		const hasLosses = this.#probing.isAdaptive && (this.#sounding.lossSpans[0]?.lost ?? 0) > 0;
		this.#schedule.probed(this.#track, hasLosses, nowMs);
	}

	#missed(probe: Probe, reason: string, nowMs: number): void {
		this.#schedule.doubted(nowMs);
		const decides = this.#sounding.missed(probe, nowMs) && probe.burst === null;
		if (this.#track.state === "down") return;
		this.#sounding.judgeTarget(probe.target);
		if (this.#doubt.isOpen) return;
		if (decides) this.#startBurst(reason, null, nowMs);
		else this.#judgeQuality(nowMs);
	}

	#startBurst(cause: string, evidence: string | null, nowMs: number): void {
		this.#doubt.raise(cause, evidence, this.#track.state === "starting", nowMs);
		if (this.#track.isInUse) this.#schedule.pollAt(nowMs);
	}

	#settle(nowMs: number): void {
		const verdict = this.#doubt.work(
			this.#track,
			(target, burst, counts) => this.#send(target, burst, counts, nowMs),
			nowMs,
		);
		if (verdict !== null) this.#die(verdict, nowMs);
	}

	#stillAlive(nowMs: number): void {
		this.#doubt.dispel(nowMs);
		this.#scheduleProbe(nowMs);
		this.#judgeQuality(nowMs);
	}

	#die(verdict: Verdict, nowMs: number): void {
		if (this.#track.isInUse) this.#damping.failed(this.#probing.recoveryMs, nowMs);
		if (verdict.portal === null) {
			this.#enter("down", verdict.reason, nowMs);
			this.#scheduleProbe(nowMs);
			return;
		}
		const { target, reason } = verdict.portal;
		this.#portal.believe(target, reason);
		this.#enterPortal(target, reason, nowMs);
	}

	#becomeUp(reason: string, nowMs: number): void {
		this.#enter("up", reason, nowMs);
		this.#traffic.reset();
		this.#schedule.pollAt(nowMs + this.#schedule.idlePollMs);
		this.#schedule.hasten("steadyMs", nowMs);
	}

	#judgeQuality(nowMs: number): void {
		const { state, sinceMs } = this.#track;
		if (state === "up") {
			// The usual case costs nothing.
			if (this.#sounding.isLossless && this.#probing.degradedRttMs <= 0) return;
			const { lossSpans, rttMs } = this.#sounding;
			const reason = this.#judge.reasonToDegrade(this.#probing, lossSpans, rttMs, sinceMs, nowMs);
			if (reason !== null) this.#enter("degraded", reason, nowMs);
		} else if (state === "degraded") {
			const { lossSpans, rttMs } = this.#sounding;
			const reason = this.#judge.reasonToRecover(this.#probing, lossSpans, rttMs, sinceMs, nowMs);
			if (reason !== null) this.#enter("up", reason, nowMs);
		}
	}

	get #recoverAtMs(): number {
		if (this.#answersSinceDown < this.#probing.upCount) return NEVER;
		return this.#track.sinceMs + this.#damping.recoveryMs(this.#probing.recoveryMs);
	}

	#enter(to: UplinkState, reason: string, nowMs: number): void {
		this.#track.enter(to, reason, nowMs);
		this.#sounding.setUp(this.#track.isInUse || to === "starting", nowMs);
		if (to === "down") for (const target of this.#sounding.targets.all) target.forgetAnswers();
		if (!this.#track.isInUse) this.#schedule.stopPolling();
	}

	#stopProbing(): void {
		this.#doubt.forget();
		this.#sounding.forgetProbes();
		this.#portal.forget();
		this.#schedule.stop();
	}

	#nextWakeMs(): number {
		if (!this.#isProbed || !this.#usable) return NEVER;
		const deadlineMs = Math.max(this.#sounding.nextDeadlineMs, this.#stall.graceUntilMs);
		if (this.#doubt.isOpen) return this.#doubt.wakeAtMs(deadlineMs);
		const recoverMs = this.#track.state === "recovering" ? this.#recoverAtMs : NEVER;
		return Math.min(deadlineMs, this.#schedule.probeAtMs, recoverMs);
	}
}

/** One packet out, one in: then it can be told from other traffic by its number. */
function isOnePacket({ method }: Target): boolean {
	return method === "ping" || method === "dns" || method === "arp";
}

import type { Probing } from "../config/model.ts";
import { Burst, burstLength } from "./burst.ts";
import { EvidenceBackoff } from "./evidence.ts";
import { cautiousLoss } from "./loss.ts";
import type { Answer, Sounding } from "./sounding.ts";
import type { StateTrack } from "./state-track.ts";
import type { Target } from "./target.ts";
import type { TrafficWatch } from "./traffic.ts";

/** They take their time, and each of them costs. */
const SCRIPTS_IN_BURST = 3;
/** Evidence of the device's own counters. */
export const UNANSWERED = "packets leave but nothing comes back";

/** Why an uplink is taken for dead: what answers in place of the targets, or why nothing does. */
export type Verdict =
	| { readonly portal: { readonly target: string; readonly reason: string } }
	| { readonly portal: null; readonly reason: string };

/** The doubt whether an uplink is alive, and the burst of probes that settles it. */
export class Doubt {
	readonly #sounding: Sounding;
	readonly #traffic: TrafficWatch;
	readonly #evidence = new EvidenceBackoff();
	#probing: Probing;
	#burst: Burst | null = null;

	constructor(probing: Probing, sounding: Sounding, traffic: TrafficWatch) {
		this.#probing = probing;
		this.#sounding = sounding;
		this.#traffic = traffic;
	}

	/** Whether it is still to be settled. */
	get isOpen(): boolean {
		return this.#burst !== null;
	}

	/** How many targets must answer. */
	get needed(): number {
		return this.#sounding.targets.needed(this.#probing.reliability);
	}

	configure(probing: Probing): void {
		this.#probing = probing;
	}

	/** False: this kind of evidence was wrong lately. */
	isBelieved(evidence: string, nowMs: number): boolean {
		return this.#evidence.isBelieved(evidence, nowMs);
	}

	/** `evidence`: what counts for less when the uplink turns out to be alive; null: a missed probe. */
	raise(cause: string, evidence: string | null, isStarting: boolean, nowMs: number): void {
		this.#burst = new Burst(cause, evidence, this.#length(), isStarting, nowMs);
		this.#traffic.burstStarted(nowMs);
	}

	/** Whether that answer settles it: enough targets have answered. */
	isSettledBy({ probe, late }: Answer): boolean {
		const burst = this.#burst;
		if (burst === null || (!late && probe.burst !== burst)) return false;
		return burst.answered(probe.target.slot) >= this.needed;
	}

	/** The uplink is alive. */
	dispel(nowMs: number): void {
		const evidence = this.#burst?.evidence ?? null;
		this.drop();
		if (evidence === UNANSWERED) this.#traffic.silenceWasHarmless(nowMs);
		else if (evidence !== null) this.#evidence.wasWrong(evidence, nowMs);
	}

	/** Nothing is to be settled any more. */
	drop(): void {
		this.#burst = null;
		this.#traffic.burstEnded();
	}

	/** Everything on the way is forgotten, and so is what flowed. */
	forget(): void {
		this.#burst = null;
		this.#traffic.reset();
	}

	/** Sends what is due by `send`; gives the verdict when nobody answered in time, null while there is hope. */
	work(
		{ state, isInUse }: StateTrack,
		send: (target: Target, burst: Burst, counts: boolean) => void,
		nowMs: number,
	): Verdict | null {
		const burst = this.#burst;
		if (burst === null) return null;
		if (burst.remaining === 0 && !this.#sounding.isWaitingFor(burst)) {
			// What is not in use is in no hurry.
			const sight = isInUse ? this.#traffic.look(nowMs) : "quiet";
			if (!burst.extend(sight, this.#probing.timeoutCapMs, nowMs)) return this.#condemn(burst);
		}
		if (!burst.isRoundDue(nowMs)) return null;
		const pair = this.#sounding.targets.nextPair(this.needed);
		if (pair.length === 0) {
			burst.hold(nowMs);
			return null;
		}
		for (const target of pair) send(target, burst, !burst.extended && state !== "down");
		burst.roundSent(pair.length, nowMs);
		return null;
	}

	/** When there is work for it; `deadlineMs`: when the next probe on the way is over. */
	wakeAtMs(deadlineMs: number): number {
		const burst = this.#burst;
		return burst === null || burst.remaining === 0 ? deadlineMs : Math.min(deadlineMs, burst.nextRoundAtMs);
	}

	#length(): number {
		const { targets, lossSpans } = this.#sounding;
		const usual = targets.areScripts ? SCRIPTS_IN_BURST : burstLength(cautiousLoss(lossSpans));
		const length = this.#probing.downCount ?? usual;
		// Every target must have had its chance.
		return this.#probing.reliability > 1 ? Math.max(length, 2 * targets.all.length) : length;
	}

	#condemn(burst: Burst): Verdict {
		this.drop();
		if (burst.evidence !== null) this.#evidence.wasRight(burst.evidence);
		const { answers, portal, sent } = burst;
		if (portal !== null && answers === 0) return { portal };
		const cause = burst.failure ?? burst.cause;
		const answer =
			answers === 0
				? `none of ${sent} probes answered`
				: `only ${answers} of ${this.needed} targets answered that must`;
		return { portal: null, reason: cause === "" ? answer : `${cause}; ${answer}` };
	}
}

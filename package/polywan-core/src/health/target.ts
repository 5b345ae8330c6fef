import { countLoss, divergence, type LossWindow } from "./loss.ts";
import { isProgram, type ProbeMethod, paceOfTarget, parseProbeTarget } from "./probe-target.ts";
import { PathRtt } from "./rtt.ts";

/** One probe target of an uplink. */
export class Target {
	readonly address: string;
	readonly slot: number;
	readonly rtt = new PathRtt();
	/** False: it stays silent or loses much more than the others; looked at now and then, never decides alone. */
	trusted = true;
	/** Whether the last probe it should have answered was answered; null: not yet asked. */
	answering: boolean | null = null;
	answeredAtMs = Number.NEGATIVE_INFINITY;
	readonly method: ProbeMethod;
	/** Between two probes. */
	readonly restMs: number;
	/** Longest it may take; null: as for all. */
	readonly timeoutMs: number | null;
	/** An answer shows that the uplink works. Set by its set. */
	proves = true;
	/** Its round trips are those of the uplink. Set by its set. */
	measures = true;
	/** It answers on no uplink. */
	isBad = false;
	sentAtMs = Number.NEGATIVE_INFINITY;
	/** Probes on their way. */
	waiting = 0;
	/** The last round trip. */
	lastRttMs: number | null = null;
	#missesInRow = 0;
	#missingSinceMs = 0;
	#answersInRow = 0;
	#answersNeeded = 3;

	constructor(address: string, slot: number) {
		this.address = address;
		this.slot = slot;
		this.method = parseProbeTarget(address)?.method ?? "ping";
		const { restMs, timeoutMs } = paceOfTarget(address);
		this.restMs = restMs;
		this.timeoutMs = timeoutMs;
	}

	/** One more probe can be on its way: programs are never run side by side. */
	get hasRoom(): boolean {
		return this.waiting < (isProgram(this.method) ? 1 : 64);
	}

	answered(nowMs: number): void {
		this.answering = true;
		this.isBad = false;
		this.answeredAtMs = nowMs;
		this.#missesInRow = 0;
		this.#answersInRow++;
		if (!this.trusted && this.#answersInRow >= this.#answersNeeded) this.trusted = true;
	}

	missed(sentAtMs: number): void {
		if (this.#missesInRow++ === 0) this.#missingSinceMs = sentAtMs;
		this.#answersInRow = 0;
		if (this.#missesInRow >= 3) this.answering = false;
	}

	/** Silent three times while the other one answered. */
	isDeadBeside(other: Target): boolean {
		const answers = other !== this && other.proves && other.answeredAtMs > this.#missingSinceMs;
		return answers && this.#missesInRow >= 3;
	}

	distrust(): void {
		this.trusted = false;
		this.#answersInRow = 0;
		this.#answersNeeded = Math.min(12, this.#answersNeeded * 2);
	}

	/** Nothing it did so far counts (the uplink was gone). */
	forgetMisses(): void {
		this.#missesInRow = 0;
	}

	/** Whether it answers is to be found out anew. */
	forgetAnswers(): void {
		this.answering = null;
	}
}

/** The targets of one uplink and family, and whose turn it is. */
export class TargetSet {
	readonly all: readonly Target[];
	#turn = 0;
	#checkedAtMs = Number.NEGATIVE_INFINITY;

	constructor(addresses: readonly string[]) {
		this.all = [...new Set(addresses)].slice(0, 64).map((address, slot) => new Target(address, slot));
		const onlyNeighbours = this.all.every(({ method }) => method === "arp");
		const best = Math.min(...this.all.map(({ method }) => MEASURES_FIRST.indexOf(method)));
		for (const target of this.all) {
			target.proves = onlyNeighbours || target.method !== "arp";
			target.measures = MEASURES_FIRST.indexOf(target.method) === best;
		}
	}

	/** How many of them must answer where `reliability` are wanted. */
	needed(reliability: number): number {
		const able = this.all.filter(({ proves, isBad }) => proves && !isBad).length;
		return Math.max(1, Math.min(reliability, able));
	}

	get answeringCount(): number {
		return this.all.filter(({ proves, answering }) => proves && answering === true).length;
	}

	/** Every one is a program. */
	get areScripts(): boolean {
		return this.all.length > 0 && this.all.every(({ method }) => isProgram(method));
	}

	/** When the next one may be asked, if all rest. */
	restOverAtMs(nowMs: number): number {
		const soonest = Math.min(...this.all.map(({ sentAtMs, restMs }) => sentAtMs + restMs));
		return Math.max(nowMs + 100, soonest);
	}

	markBad(addresses: readonly string[]): void {
		for (const target of this.all) target.isBad = addresses.includes(target.address);
	}

	isSameAs(other: TargetSet): boolean {
		return (
			this.all.length === other.all.length &&
			this.all.every((target, slot) => target.address === other.all[slot]?.address)
		);
	}

	readonly counts = (slot: number): boolean => this.all[slot]?.trusted ?? false;

	/** The next trusted target in turn that does not rest. `rests`: whether they rest at all. */
	nextTrusted(nowMs: number, rests: boolean): Target | null {
		const { all } = this;
		let someTrusted = false;
		for (let i = 0; i < all.length; i++) {
			const place = (this.#turn + i) % all.length;
			const target = all[place] as Target;
			if (!target.trusted) continue;
			someTrusted = true;
			if (!isReady(target, nowMs, rests)) continue;
			this.#turn = (place + 1) % all.length;
			return target;
		}
		return someTrusted ? null : this.nextAny(nowMs, rests);
	}

	nextAny(nowMs: number, rests: boolean): Target | null {
		return this.#next((target) => isReady(target, nowMs, rests));
	}

	/**
	 * Up to two different targets for one round of a burst: trusted ones, and the others where those are fewer than two or more than
	 * one answer is needed; those that answer quickly, where there are any.
	 */
	nextPair(needed: number): Target[] {
		const hasQuick = this.all.some(({ proves, restMs }) => proves && restMs === 0);
		const able = (target: Target) =>
			target.proves && target.hasRoom && (needed > 1 || !hasQuick || target.restMs === 0);
		const trusted = (target: Target) => able(target) && (needed > 1 || target.trusted);
		const first = this.#next(trusted) ?? this.#next(able);
		if (first === null) return [];
		const second =
			this.#next((target) => trusted(target) && target !== first) ??
			this.#next((target) => able(target) && target !== first);
		return second === null ? [first] : [first, second];
	}

	/** The line was gone: who answers is to be found out soon. */
	lookAgain(): void {
		this.#checkedAtMs = Number.NEGATIVE_INFINITY;
		for (const target of this.all) target.forgetMisses();
	}

	/** A distrusted target that is due for a look; asking marks it as looked at. */
	nextCheck(nowMs: number): Target | null {
		if (nowMs - this.#checkedAtMs < CHECK_MS) return null;
		const target = this.#next((candidate) => !candidate.trusted && candidate.hasRoom);
		if (target !== null) this.#checkedAtMs = nowMs;
		return target;
	}

	/** After a miss: stop trusting targets that are dead or much worse than the others while the others answer. */
	judge(missed: Target, window: LossWindow): void {
		if (!missed.trusted) return;
		const answering = this.all.find((other) => missed.isDeadBeside(other));
		if (answering === undefined && !this.#isMuchWorse(missed, window)) return;
		missed.distrust();
		if (!this.all.some((target) => target.trusted)) {
			const best = answering ?? this.all.find((target) => target !== missed && target.proves);
			if (best !== undefined) best.trusted = true;
		}
	}

	#isMuchWorse(target: Target, window: LossWindow): boolean {
		const own = countLoss(window, 320, (slot) => slot === target.slot);
		const others = countLoss(window, 320, (slot) => slot !== target.slot && this.counts(slot));
		if (own.total < 10 || others.total < 20) return false;
		const share = own.lost / own.total;
		const usual = (others.lost + 1) / (others.total + 2);
		return share > usual && own.total * divergence(share, usual) >= WORSE_NATS;
	}

	#next(accepts: (target: Target) => boolean): Target | null {
		for (let i = 0; i < this.all.length; i++) {
			const target = this.all[(this.#turn + i) % this.all.length];
			if (target !== undefined && accepts(target)) {
				this.#turn = (this.#turn + i + 1) % this.all.length;
				return target;
			}
		}
		return null;
	}
}

/** Whose round trips stand for the uplink's, where it is asked in several ways. */
const MEASURES_FIRST: readonly ProbeMethod[] = [
	"ping",
	"tcp",
	"dns",
	"http",
	"https",
	"arp",
	"script",
	"plugin",
];

function isReady(target: Target, nowMs: number, rests: boolean): boolean {
	return target.hasRoom && (!rests || nowMs - target.sentAtMs >= target.restMs);
}

const CHECK_MS = 20_000;
const WORSE_NATS = 9;

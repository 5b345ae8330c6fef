/** What the device does while a burst waits: packets leave and none comes in; neither; a few come in (it may be noise); they come in as before. */
export type TrafficSight = "unanswered" | "quiet" | "weak" | "flowing";

export type TrafficVerdict =
	/** Nothing to remark. */
	| "ordinary"
	/** Packets leave and nothing comes back. */
	| "unanswered"
	/** A steady stream of incoming packets stopped: worth a look, a finished download looks the same. */
	| "stopped";

const POLL_SHORTEST_MS = 40;
const POLL_LONGEST_MS = 250;
/** Unanswered for at least this long, or 1.75 round trips. */
const SILENCE_MS = 60;
const SILENCE_ROUND_TRIPS = 1.75;
const SILENCE_LONGEST_MS = 30_000;
/** One packet may be the last of a conversation. */
const UNANSWERED_PACKETS = 2;
/**
 * There is traffic, and counters are read often, while about this many packets left within the last second. Less is what other
 * programs of the router send all by themselves: the probes of the other family, ARP, lifetimes renewed.
 */
const ACTIVE_PACKETS = 5;
const ACTIVE_SPAN_MS = 1000;
/** Fewer incoming packets than this share of what is usual for the outgoing ones is noise. */
const NOISE_SHARE = 0.1;
/** More than this is a stream (multicast television), and answers cannot be told from it. */
const NOISE_PER_SECOND = 50;
const FLOWING_SHARE = 0.125;
const FLOWING_PER_SECOND = 20;
const RATE_SPAN_MS = 500;
const STOPPED_MS = 80;

interface BurstTraffic {
	/** The counters are those of its start; else the first reading is only taken as such. */
	begun: boolean;
	tx: number;
	rx: number;
	lookedTx: number;
	lookedRx: number;
	lookedAtMs: number;
}

/** Reads the packet counters of an uplink's device: does what leaves get an answer? Own probes are taken off. */
export class TrafficWatch {
	#atMs: number | null = null;
	#tx = 0;
	#rx = 0;
	#ownTx = 0;
	#ownRx = 0;
	/** Outgoing packets, older ones counting for less. */
	#recentTx = 0;
	/** Incoming per outgoing packet, and incoming per second, as usual. */
	#ratio = 0.5;
	#rxPerSecond = 0;
	/** Incoming per second although nothing had left: ARP, broadcasts, multicast. */
	#noisePerSecond = 0;
	#unanswered = 0;
	#unansweredSinceMs: number | null = null;
	#rxAtMs = Number.NEGATIVE_INFINITY;
	#stoppedSaid = true;
	/** Grows when silence turned out to be harmless, halves every 20 s. */
	#tolerance = 1;
	#toleranceAtMs = 0;
	/** While a burst runs: packets since it began, and incoming ones since it was last looked at. */
	#burst: BurstTraffic | null = null;

	get isActive(): boolean {
		return this.#recentTx >= ACTIVE_PACKETS;
	}

	probeSent(): void {
		this.#ownTx++;
	}

	probeAnswered(): void {
		this.#ownRx++;
	}

	/** @param txPackets, rxPackets absolute counters; @param rttMs the uplink's round trip as far as known */
	read(nowMs: number, txPackets: number, rxPackets: number, rttMs: number): TrafficVerdict {
		const sinceMs = this.#atMs;
		const tx = Math.max(0, txPackets - this.#tx - this.#ownTx);
		const rx = Math.max(0, rxPackets - this.#rx - this.#ownRx);
		const restarted = txPackets < this.#tx || rxPackets < this.#rx;
		this.#atMs = nowMs;
		this.#tx = txPackets;
		this.#rx = rxPackets;
		this.#ownTx = 0;
		this.#ownRx = 0;
		if (sinceMs === null || restarted || nowMs <= sinceMs) return "ordinary";
		if (this.#burst !== null) {
			if (this.#burst.begun) {
				this.#burst.tx += tx;
				this.#burst.rx += rx;
			}
			this.#burst.begun = true;
			return "ordinary";
		}
		const spanMs = nowMs - sinceMs;
		this.#recentTx = this.#recentTx * Math.exp(-spanMs / ACTIVE_SPAN_MS) + tx;
		const noise = (2 * this.#noisePerSecond * spanMs) / 1000;
		const answered = rx > Math.floor(NOISE_SHARE * this.#ratio * tx + noise);
		if (!this.isActive) this.#noteNoise(rx, spanMs);
		const stopped = this.#noteIncoming(answered ? rx : 0, nowMs, spanMs);
		if (answered || !this.isActive) {
			if (answered && tx > 0) this.#ratio += (Math.min(10, rx / tx) - this.#ratio) * 0.1;
			this.#unanswered = 0;
			this.#unansweredSinceMs = null;
		} else if (tx > 0) {
			this.#unanswered += tx;
			// When in the span the first packet left is not known: evenly spread, and not before the shortest span.
			this.#unansweredSinceMs ??= Math.max(sinceMs + spanMs / (tx + 1), nowMs - POLL_SHORTEST_MS);
		}
		if (this.#isUnanswered(nowMs, rttMs)) return "unanswered";
		return stopped ? "stopped" : "ordinary";
	}

	/** When to read the counters again. */
	nextPollMs(nowMs: number, rttMs: number, idlePollMs: number): number {
		if (this.#burst !== null) return nowMs + POLL_SHORTEST_MS;
		if (!this.isActive) return nowMs + idlePollMs;
		const silenceMs = this.#silenceMs(nowMs, rttMs);
		const regular =
			nowMs + Math.min(POLL_LONGEST_MS, idlePollMs, Math.max(POLL_SHORTEST_MS, silenceMs * 0.6));
		const verdictMs = (this.#unansweredSinceMs ?? Number.NEGATIVE_INFINITY) + silenceMs;
		return verdictMs > nowMs ? Math.min(regular, verdictMs) : regular;
	}

	burstStarted(nowMs: number): void {
		this.#burst = { begun: this.#atMs === nowMs, tx: 0, rx: 0, lookedTx: 0, lookedRx: 0, lookedAtMs: nowMs };
		this.#unanswered = 0;
		this.#unansweredSinceMs = null;
	}

	burstEnded(): void {
		this.#burst = null;
	}

	/** The silence that started a burst was harmless. */
	silenceWasHarmless(nowMs: number): void {
		this.#tolerance = Math.min(512, this.#toleranceNow(nowMs) * 2);
		this.#toleranceAtMs = nowMs;
	}

	/** What happened since the burst began or was last looked at. */
	look(nowMs: number): TrafficSight {
		const burst = this.#burst;
		if (burst === null) return "quiet";
		const seconds = Math.max(1, nowMs - burst.lookedAtMs) / 1000;
		const perSecond = (burst.rx - burst.lookedRx) / seconds;
		const answered = burst.tx - burst.lookedTx >= NOISE_SHARE * (burst.rx - burst.lookedRx);
		burst.lookedRx = burst.rx;
		burst.lookedTx = burst.tx;
		burst.lookedAtMs = nowMs;
		if (perSecond <= this.#rxPerSecond * NOISE_SHARE + 2 * this.#noisePerSecond) {
			return burst.tx >= UNANSWERED_PACKETS ? "unanswered" : "quiet";
		}
		const asBefore = perSecond >= FLOWING_PER_SECOND && perSecond >= this.#rxPerSecond * FLOWING_SHARE;
		return asBefore && answered ? "flowing" : "weak";
	}

	/** Another device, or a long time without readings: start over. */
	reset(): void {
		this.#atMs = null;
		this.#recentTx = 0;
		this.#unanswered = 0;
		this.#unansweredSinceMs = null;
		this.#rxPerSecond = 0;
		this.#ratio = 0.5;
		this.#stoppedSaid = true;
		this.#burst = null;
	}

	#noteNoise(rx: number, spanMs: number): void {
		const perSecond = Math.min(NOISE_PER_SECOND, (rx * 1000) / spanMs);
		this.#noisePerSecond += (perSecond - this.#noisePerSecond) * 0.2;
	}

	#isUnanswered(nowMs: number, rttMs: number): boolean {
		if (this.#unansweredSinceMs === null || this.#unanswered < UNANSWERED_PACKETS) return false;
		return nowMs - this.#unansweredSinceMs >= this.#silenceMs(nowMs, rttMs) - 0.5;
	}

	#silenceMs(nowMs: number, rttMs: number): number {
		const base = Math.max(SILENCE_MS, SILENCE_ROUND_TRIPS * rttMs);
		return Math.min(SILENCE_LONGEST_MS, base * this.#toleranceNow(nowMs));
	}

	#toleranceNow(nowMs: number): number {
		return Math.max(1, this.#tolerance * 0.5 ** ((nowMs - this.#toleranceAtMs) / 20_000));
	}

	/** Keeps the usual incoming rate; true once when a steady stream has stopped. */
	#noteIncoming(rx: number, nowMs: number, spanMs: number): boolean {
		if (rx > 0) {
			this.#rxAtMs = nowMs;
			this.#rxPerSecond +=
				((rx * 1000) / spanMs - this.#rxPerSecond) * (1 - Math.exp(-spanMs / RATE_SPAN_MS));
			this.#stoppedSaid = this.#rxPerSecond < FLOWING_PER_SECOND;
			return false;
		}
		if (!this.#stoppedSaid && nowMs - this.#rxAtMs >= STOPPED_MS) {
			this.#stoppedSaid = true;
			return true;
		}
		if (nowMs - this.#rxAtMs > 2000) this.#rxPerSecond *= Math.exp(-spanMs / RATE_SPAN_MS);
		return false;
	}
}

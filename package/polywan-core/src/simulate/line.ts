import type { Uplink } from "../config/model.ts";
import type { Family } from "../family.ts";
import type { HealthEvent, StateChange } from "../health/event.ts";
import { HealthMonitor } from "../health/monitor.ts";
import type { UplinkState } from "../health/state.ts";
import type { Agenda } from "./agenda.ts";
import type { Change } from "./scenario.ts";

/** What a line is like unless the scenario says so. */
const USUAL_DELAY_MS = 20;
/** Packets a second in each direction on a line that is used to the full. */
const FULL_PACKETS_PER_SECOND = 1000;

/** A line of the simulation in one family: probes go out and come back as the scenario says, and the monitor decides. */
export class SimulatedLine {
	readonly uplink: Uplink;
	readonly family: Family;
	readonly #agenda: Agenda;
	readonly #random: () => number;
	readonly #onChange: (line: SimulatedLine, change: StateChange, nowMs: number) => void;
	readonly #monitor: HealthMonitor;
	#answers = true;
	#link = true;
	#delayMs = USUAL_DELAY_MS;
	#lossPercent = 0;
	#loadPercent = 0;
	#sentPackets = 0;
	#receivedPackets = 0;
	#countedMs = 0;
	/** Timers of an older step no longer count. */
	#step = 0;

	constructor(
		uplink: Uplink,
		family: Family,
		agenda: Agenda,
		random: () => number,
		onChange: (line: SimulatedLine, change: StateChange, nowMs: number) => void,
	) {
		this.uplink = uplink;
		this.family = family;
		this.#agenda = agenda;
		this.#random = random;
		this.#onChange = onChange;
		const { probing } = uplink;
		this.#monitor = new HealthMonitor(probing, probing.targets[family], 0);
	}

	get state(): UplinkState {
		return this.#monitor.state;
	}

	get reason(): string {
		return this.#monitor.reason;
	}

	get hasLink(): boolean {
		return this.#link;
	}

	/** 0–100 of its capacity. */
	get loadPercent(): number {
		return this.#loadPercent;
	}

	get rttMs(): number | null {
		return this.#monitor.quality().rttMs;
	}

	get lossPercent(): number {
		return this.#monitor.quality().lossPercent;
	}

	start(): void {
		if (this.#link) this.#feed({ kind: "link", usable: true, reason: "link" }, 0);
	}

	apply(change: Change, nowMs: number): void {
		this.#count(nowMs);
		switch (change.kind) {
			case "answers":
				this.#answers = change.value;
				break;
			case "link":
				this.#link = change.value;
				if (nowMs > 0 || change.value)
					this.#feed(
						{ kind: "link", usable: change.value, reason: change.value ? "link" : "no carrier" },
						nowMs,
					);
				break;
			case "delayMs":
				this.#delayMs = change.value;
				break;
			case "lossPercent":
				this.#lossPercent = change.value;
				break;
			case "loadPercent":
				this.#loadPercent = change.value;
				break;
		}
	}

	#feed(event: HealthEvent, nowMs: number): void {
		const { sends, wakeAtMs, pollTrafficAtMs, change } = this.#monitor.step(event, nowMs);
		const step = ++this.#step;
		for (const { target, sequence } of sends) this.#send(target, sequence, nowMs);
		const later = (atMs: number | null, run: (atMs: number) => void): void => {
			if (atMs === null) return;
			this.#agenda.at(Math.max(nowMs, atMs), (dueMs) => {
				if (step === this.#step) run(dueMs);
			});
		};
		later(wakeAtMs, (dueMs) => this.#feed({ kind: "wake" }, dueMs));
		later(pollTrafficAtMs, (dueMs) => this.#feed(this.#traffic(dueMs), dueMs));
		if (change !== null) this.#onChange(this, change, nowMs);
	}

	#send(target: string, sequence: number, nowMs: number): void {
		this.#sentPackets++;
		if (!this.#passes()) return;
		const delayMs = this.#delayMs;
		this.#agenda.at(nowMs + delayMs, (dueMs) => {
			// The line may have died while the probe was on its way.
			if (!this.#link || !this.#answers) return;
			this.#receivedPackets++;
			this.#feed({ kind: "reply", target, sequence, rttUs: delayMs * 1000 }, dueMs);
		});
	}

	#passes(): boolean {
		return this.#link && this.#answers && this.#random() * 100 >= this.#lossPercent;
	}

	#traffic(nowMs: number): HealthEvent {
		this.#count(nowMs);
		const [txPackets, rxPackets] = [Math.floor(this.#sentPackets), Math.floor(this.#receivedPackets)];
		return { kind: "traffic", txPackets, rxPackets };
	}

	/** The LAN's packets since the last look. */
	#count(nowMs: number): void {
		const seconds = (nowMs - this.#countedMs) / 1000;
		this.#countedMs = nowMs;
		const packets = (this.#loadPercent / 100) * FULL_PACKETS_PER_SECOND * seconds;
		if (!this.#link) return;
		this.#sentPackets += packets;
		if (this.#answers) this.#receivedPackets += packets * (1 - this.#lossPercent / 100);
	}
}

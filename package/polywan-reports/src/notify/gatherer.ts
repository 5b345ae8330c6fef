import { severityOf } from "polywan-core/event-severity";
import type { PolywanEvent } from "polywan-core/status";
import type { NotifierModel } from "../config/model.ts";
import type { Backlog } from "./backlog.ts";
import { isAtLeast } from "./notice.ts";

const HOUR_MS = 3_600_000;
/** More than that are forgotten, the oldest first: nobody reads them. */
const MOST_GATHERED = 500;

/**
 * Decides which events are told, and when: those of the notifier's kinds and severity, together within its time, and not
 * more often than it may. Given the time, it has no clock.
 */
export class Gatherer {
	readonly #model: Pick<NotifierModel, "kinds" | "severity" | "gatherMs" | "perHour">;
	#events: PolywanEvent[] = [];
	#firstAtMs = 0;
	#tokens: number;
	#tokensAtMs: number | null = null;
	/** Uplinks told to be in trouble, and the daemon: that it is over is told too, whatever its severity. */
	readonly #troubled = new Set<string>();

	constructor(model: Pick<NotifierModel, "kinds" | "severity" | "gatherMs" | "perHour">) {
		this.#model = model;
		this.#tokens = model.perHour;
	}

	/** What the program before this one had not told. */
	restore({ gathered, troubled }: Pick<Backlog, "gathered" | "troubled">, nowMs: number): void {
		for (const line of troubled) this.#troubled.add(line);
		if (gathered.length > 0) this.#firstAtMs = nowMs;
		this.#events = gathered.slice(-MOST_GATHERED);
	}

	get saved(): Pick<Backlog, "gathered" | "troubled"> {
		return { gathered: this.#events, troubled: [...this.#troubled] };
	}

	add(events: readonly PolywanEvent[], nowMs: number): void {
		const told = events.filter((event) => this.#isTold(event));
		if (told.length === 0) return;
		if (this.#events.length === 0) this.#firstAtMs = nowMs;
		this.#events = [...this.#events, ...told].slice(-MOST_GATHERED);
	}

	/** When to call take() next; null while there is nothing to tell. */
	dueAtMs(nowMs: number): number | null {
		if (this.#events.length === 0) return null;
		this.#refill(nowMs);
		const gatheredAtMs = this.#firstAtMs + this.#model.gatherMs;
		if (this.#tokens >= 1) return gatheredAtMs;
		return Math.max(gatheredAtMs, nowMs + ((1 - this.#tokens) * HOUR_MS) / this.#model.perHour);
	}

	/** The events of the message that is due; none when none is. */
	take(nowMs: number): readonly PolywanEvent[] {
		const dueAtMs = this.dueAtMs(nowMs);
		// What is due within a millisecond is: timers round.
		if (dueAtMs === null || dueAtMs > nowMs + 1) return [];
		this.#tokens = Math.max(0, this.#tokens - 1);
		const events = this.#events;
		this.#events = [];
		return events;
	}

	#isTold(event: PolywanEvent): boolean {
		const { kinds, severity } = this.#model;
		if (kinds.length > 0 && !kinds.includes(event.kind)) return false;
		const line = `${event.uplink} ${event.family}`;
		const isGood = severityOf(event) === "info" && (event.kind === "daemon" || event.to === "up");
		const isOver = hasEnd(event) && isGood && this.#troubled.delete(line);
		if (!isAtLeast(severityOf(event), severity)) return isOver;
		if (hasEnd(event) && severityOf(event) !== "info") this.#troubled.add(line);
		return true;
	}

	#refill(nowMs: number): void {
		const elapsedMs = nowMs - (this.#tokensAtMs ?? nowMs);
		this.#tokensAtMs = nowMs;
		this.#tokens = Math.min(this.#model.perHour, this.#tokens + (elapsedMs * this.#model.perHour) / HOUR_MS);
	}
}

function hasEnd({ kind }: PolywanEvent): boolean {
	return kind === "uplink" || kind === "daemon";
}

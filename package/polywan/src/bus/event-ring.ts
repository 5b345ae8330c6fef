import type { PolywanEvent } from "polywan-core/status";

/** How many events are kept for whoever asks later. */
export const EVENTS_KEPT = 200;

export type NewEvent = Pick<PolywanEvent, "kind" | "reason"> &
	Partial<Pick<PolywanEvent, "uplink" | "family" | "from" | "to">>;

/** The last events, and the number that grows with every change. */
export class EventRing {
	readonly #events: PolywanEvent[] = [];
	#sequence: number;

	/** `firstSequence`: where the daemon before this one stopped, so that waiters see a change. */
	constructor(firstSequence: number) {
		this.#sequence = firstSequence;
	}

	get sequence(): number {
		return this.#sequence;
	}

	/** A change worth a number but not an event, e.g. of an address. */
	advance(): void {
		this.#sequence++;
	}

	add(event: NewEvent, atMs: number): PolywanEvent {
		this.#sequence++;
		const whole: PolywanEvent = {
			sequence: this.#sequence,
			at_ms: Math.round(atMs),
			kind: event.kind,
			uplink: event.uplink ?? null,
			family: event.family ?? null,
			from: event.from ?? null,
			to: event.to ?? null,
			reason: event.reason,
		};
		this.#events.push(whole);
		if (this.#events.length > EVENTS_KEPT) this.#events.shift();
		return whole;
	}

	/** Oldest first: those after `since`, the last `limit` of them. */
	list(since: number, limit: number): readonly PolywanEvent[] {
		return limit <= 0 ? [] : this.#events.filter((event) => event.sequence > since).slice(-limit);
	}
}

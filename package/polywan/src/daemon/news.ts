import { severityOf } from "polywan-core/event-severity";
import type { PolywanEvent } from "polywan-core/status";
import { wallMs } from "polywan-runtime/clock";
import { EventRing, type NewEvent } from "../bus/event-ring.ts";
import type { Log } from "../log.ts";

const LEVELS = { info: "notice", warning: "warning", error: "error" } as const;

/** What happened: remembered for whoever asks, written to the log, and told to the bus once a turn of the loop. */
export class News {
	readonly #log: Log;
	readonly #ring: EventRing;
	readonly #onNews: (last: PolywanEvent | null) => void;
	#last: PolywanEvent | null = null;
	#isHeld = false;

	/** `onNews`: something is another than at the last call; `last` is the newest event since then. */
	constructor(log: Log, firstSequence: number, onNews: (last: PolywanEvent | null) => void) {
		this.#log = log;
		this.#ring = new EventRing(firstSequence);
		this.#onNews = onNews;
	}

	get sequence(): number {
		return this.#ring.sequence;
	}

	/** Oldest first: those after `since`, the last `limit` of them. */
	events(since: number, limit: number): readonly PolywanEvent[] {
		return this.#ring.list(since, limit);
	}

	tell(event: NewEvent): void {
		this.#last = this.#ring.add(event, wallMs());
		const { reason, kind, ...rest } = event;
		this.#log.write(LEVELS[severityOf(event)], kind, { ...rest, reason });
		if (!this.#isHeld) queueMicrotask(() => this.publish());
	}

	/** Something changed that is worth a number but not an event. */
	advance(): void {
		this.#ring.advance();
	}

	/** What happens until `release` is told together with what it leads to. */
	hold(): void {
		this.#isHeld = true;
	}

	release(): void {
		this.#isHeld = false;
	}

	/** Tells the bus what happened since the last time. */
	publish(): void {
		if (this.#isHeld) return;
		const last = this.#last;
		this.#last = null;
		this.#onNews(last);
	}
}

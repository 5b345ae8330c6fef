import type { History as HistoryAnswer, Rate, Status } from "polywan-core/status";
import { monotonicMs } from "polywan-runtime/clock";
import { buildFigures, differNoticeably, type Figures } from "./figures.ts";
import { HISTORY_STEP_MS, History } from "./history.ts";
import type { Waiters } from "./waiters.ts";

const LOOK_MS = 1000;
/** Between two calls of the same panel nobody waits for a moment. */
const STAY_MS = 5000;

/**
 * Looks at counters and round trips: every second while somebody waits for figures, every five otherwise, and remembers
 * ten minutes.
 */
export class FigureWatch {
	readonly #status: () => Status;
	readonly #waiters: Waiters;
	readonly #history = new History();
	readonly #timer: number;
	#lookedAtMs = monotonicMs();
	#ticker: number | null = null;
	#wantedAtMs = 0;
	#figures: Figures | null = null;

	constructor(status: () => Status, waiters: Waiters) {
		this.#status = status;
		this.#waiters = waiters;
		this.#timer = setInterval(() => this.#remember(), HISTORY_STEP_MS);
	}

	/** Ends when figures moved noticeably from what they are now, when something changed, or when the hold is over. */
	async wait(holdMs: number): Promise<void> {
		const shown = this.#look();
		await this.#waiters.wait(holdMs, () => {
			this.#wantedAtMs = monotonicMs();
			return this.#figures !== null && differNoticeably(shown, this.#figures);
		});
	}

	/** Bytes a second of every uplink. */
	rates(status: Status): Record<string, Rate> {
		const fresh = this.#ticker !== null;
		return Object.fromEntries(
			status.uplinks.map(({ name }) => [
				name,
				(fresh ? this.#figures?.uplinks.get(name)?.rate : undefined) ?? this.#history.rates(name),
			]),
		);
	}

	/** `age_ms`: how long ago the last look was. */
	history(uplink: string | undefined): HistoryAnswer {
		return {
			step_ms: HISTORY_STEP_MS,
			age_ms: Math.round(monotonicMs() - this.#lookedAtMs),
			uplinks: this.#history.list(uplink),
		};
	}

	close(): void {
		clearInterval(this.#timer);
		if (this.#ticker !== null) clearInterval(this.#ticker);
	}

	#look(): Figures {
		this.#wantedAtMs = monotonicMs();
		this.#ticker ??= setInterval(() => this.#tick(), LOOK_MS);
		this.#figures ??= buildFigures(this.#status(), monotonicMs(), null);
		return this.#figures;
	}

	#tick(): void {
		this.#figures = buildFigures(this.#status(), monotonicMs(), this.#figures);
		this.#waiters.answerReady();
		if (monotonicMs() - this.#wantedAtMs < STAY_MS) return;
		if (this.#ticker !== null) clearInterval(this.#ticker);
		this.#ticker = null;
		this.#figures = null;
	}

	#remember(): void {
		this.#lookedAtMs = monotonicMs();
		this.#history.take(this.#status(), this.#lookedAtMs);
	}
}

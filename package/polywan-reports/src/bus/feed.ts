import type { PolywanEvent, Rate, Status } from "polywan-core/status";
import { monotonicMs } from "polywan-runtime/clock";
import { type UbusConnection, UbusError, ubusStatus } from "ubus-js/bus";
import type { BlobTable } from "ubus-js/codec";

/** What the parts of polywan-reports live from. */
export interface Listener {
	/** As the status is now: at every change of state, and every `paceMs` of the feed. */
	onStatus?(status: Status, rates: Readonly<Record<string, Rate>>): void;
	/** What happened since the program started, each once. */
	onEvents?(events: readonly PolywanEvent[]): void;
	/** The daemon came or went. */
	onDaemon?(running: boolean): void;
}

/** A daemon that answers faster than that is asked no more often. */
const LEAST_PAUSE_MS = 900;
const RETRY_MS = 2000;
const TIMEOUT_SPARE_MS = 10_000;

/** Follows the daemon over the bus, whoever comes and goes. */
export class Feed {
	readonly #bus: UbusConnection;
	readonly #paceMs: number;
	readonly #listeners: readonly Listener[];
	#sequence = -1;
	#running: boolean | null = null;
	#closed = false;

	/** `paceMs`: longest between two looks; whole seconds, from 1000. */
	constructor(bus: UbusConnection, paceMs: number, listeners: readonly Listener[]) {
		this.#bus = bus;
		this.#paceMs = paceMs;
		this.#listeners = listeners;
	}

	/** Ends when it is closed. */
	async run(): Promise<void> {
		while (!this.#closed) {
			const startedMs = monotonicMs();
			try {
				await this.#look();
				await pause(LEAST_PAUSE_MS - (monotonicMs() - startedMs));
			} catch (error) {
				if (!(error instanceof UbusError)) throw error;
				this.#setRunning(error.code !== ubusStatus.notFound && error.code !== ubusStatus.connectionFailed);
				await pause(RETRY_MS);
			}
		}
	}

	close(): void {
		this.#closed = true;
	}

	async #look(): Promise<void> {
		const args: BlobTable = { since: this.#sequence, figures: true, hold: this.#paceMs / 1000 };
		const timeoutMs = this.#paceMs + TIMEOUT_SPARE_MS;
		const answer = await this.#bus.call("polywan", "wait", args, { timeoutMs });
		if (this.#closed) return;
		this.#setRunning(true);
		const sequence = Number(answer.sequence);
		const events = answer.events as unknown as readonly PolywanEvent[];
		// What happened before this program started was told by the one before it.
		const isFirst = this.#sequence < 0;
		const news = events.filter((event) => !isFirst && event.sequence !== this.#sequence);
		this.#sequence = sequence;
		const status = answer.status as unknown as Status;
		const rates = answer.rates as unknown as Record<string, Rate>;
		for (const listener of this.#listeners) listener.onStatus?.(status, rates);
		if (news.length > 0) for (const listener of this.#listeners) listener.onEvents?.(news);
	}

	#setRunning(running: boolean): void {
		if (running === this.#running) return;
		this.#running = running;
		for (const listener of this.#listeners) listener.onDaemon?.(running);
	}
}

function pause(durationMs: number): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, Math.max(0, durationMs)));
}

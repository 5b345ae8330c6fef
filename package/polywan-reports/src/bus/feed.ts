import type { PolywanEvent, Rate, Status, UplinkStatus } from "polywan-core/status";
import { monotonicMs } from "polywan-runtime/clock";
import { type UbusConnection, UbusError, ubusStatus } from "ubus-js/bus";
import type { BlobTable } from "ubus-js/codec";

/** What the parts of polywan-reports live from. */
export interface Listener {
	/** As the status is now: at every change, and every `paceMs` of the feed. Rates since the look before. */
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
	#counters: { atMs: number; uplinks: ReadonlyMap<string, UplinkStatus> } = { atMs: 0, uplinks: new Map() };
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
		const args: BlobTable = { since: this.#sequence, status: true, hold: this.#paceMs / 1000 };
		const timeoutMs = this.#paceMs + TIMEOUT_SPARE_MS;
		const answer = await this.#bus.call("polywan", "wait", args, { timeoutMs });
		const before = this.#sequence;
		const sequence = Number(answer.sequence);
		// What happened before this program started was told by the one before it.
		const news =
			before < 0 || sequence === before ? [] : await this.#readEvents(before > sequence ? -1 : before);
		if (this.#closed) return;
		this.#sequence = sequence;
		this.#setRunning(true);
		const status = answer.status as unknown as Status;
		const rates = this.#buildRates(status);
		for (const listener of this.#listeners) listener.onStatus?.(status, rates);
		if (news.length > 0) for (const listener of this.#listeners) listener.onEvents?.(news);
	}

	async #readEvents(since: number): Promise<readonly PolywanEvent[]> {
		const { events } = await this.#bus.call("polywan", "events", { since });
		return events as unknown as readonly PolywanEvent[];
	}

	/** Bytes a second since the look before. */
	#buildRates({ uplinks }: Status): Record<string, Rate> {
		const atMs = monotonicMs();
		const seconds = (atMs - this.#counters.atMs) / 1000;
		const rates = uplinks.map(({ name, rx_bytes, tx_bytes }) => {
			const before = this.#counters.uplinks.get(name);
			const rate = (now: number, earlier: number | undefined) =>
				earlier === undefined || now < earlier ? 0 : Math.round((now - earlier) / Math.max(seconds, 0.1));
			return [name, { rx: rate(rx_bytes, before?.rx_bytes), tx: rate(tx_bytes, before?.tx_bytes) }] as const;
		});
		this.#counters = { atMs, uplinks: new Map(uplinks.map((uplink) => [uplink.name, uplink])) };
		return Object.fromEntries(rates);
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

import type { PolywanEvent, Rate, Status, UplinkStatus } from "polywan-core/status";
import { monotonicMs, wallMs } from "polywan-runtime/clock";
import { type UbusConnection, UbusError, ubusStatus } from "ubus-js/bus";
import type { BlobTable } from "ubus-js/codec";
import { newsSince, type Position } from "./position.ts";
import { loadPosition, savePosition } from "./position-file.ts";

/** What the parts of polywan-reports live from. */
export interface Listener {
	/** As the status is now: at every change, and every `paceMs` of the feed. Rates since the look before. */
	onStatus?(status: Status, rates: Readonly<Record<string, Rate>>): void;
	/** What happened, each once, whoever was started again meanwhile. */
	onEvents?(events: readonly PolywanEvent[]): void;
	/** The daemon came or went. */
	onDaemon?(running: boolean): void;
}

/** A daemon that answers faster than that is asked no more often. */
const LEAST_PAUSE_MS = 900;
const RETRY_MS = 2000;
const TIMEOUT_SPARE_MS = 10_000;
/** Longer than a restart or an upgrade takes. */
const MISSED_AFTER_MS = 30_000;

/** Follows the daemon over the bus, whoever comes and goes. */
export class Feed {
	readonly #bus: UbusConnection;
	readonly #paceMs: number;
	readonly #listeners: readonly Listener[];
	#position: Position | null = loadPosition();
	/** Given to `wait`; the first look is answered at once. */
	#sequence = -1;
	#counters: { atMs: number; uplinks: ReadonlyMap<string, UplinkStatus> } = { atMs: 0, uplinks: new Map() };
	#running: boolean | null = null;
	#closed = false;
	/** Ends the look that is under way. */
	#leave: (why: UbusError) => void = () => {};
	#missedTimer: number | undefined;
	#isMissed = false;

	/** `paceMs`: longest between two looks; whole seconds, from 1000. */
	constructor(bus: UbusConnection, paceMs: number, listeners: readonly Listener[]) {
		this.#bus = bus;
		this.#paceMs = paceMs;
		this.#listeners = listeners;
	}

	/** Ends when it is closed. */
	async run(): Promise<void> {
		// A daemon that dies answers nobody who waits for it.
		this.#bus.listen("ubus.object.remove", (_, { path }) => {
			if (path === "polywan") this.#leave(new UbusError(ubusStatus.notFound));
		});
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
		clearTimeout(this.#missedTimer);
	}

	async #look(): Promise<void> {
		const args: BlobTable = { since: this.#sequence, status: true, hold: this.#paceMs / 1000 };
		const timeoutMs = this.#paceMs + TIMEOUT_SPARE_MS;
		const gone = new Promise<never>((_, reject) => {
			this.#leave = reject;
		});
		const answer = await Promise.race([this.#bus.call("polywan", "wait", args, { timeoutMs }), gone]);
		const status = answer.status as unknown as Status;
		const position = {
			sequence: Number(answer.sequence),
			startedMs: monotonicMs() - status.uptime_s * 1000,
		};
		const since = newsSince(this.#position, position, monotonicMs());
		const news = since === null ? [] : await this.#readEvents(since);
		if (this.#closed) return;
		this.#sequence = position.sequence;
		this.#setRunning(true);
		const rates = this.#buildRates(status);
		for (const listener of this.#listeners) listener.onStatus?.(status, rates);
		if (news.length > 0) this.#tell(news);
		this.#move(position);
	}

	#tell(events: readonly PolywanEvent[]): void {
		for (const listener of this.#listeners) listener.onEvents?.(events);
	}

	#move(position: Position): void {
		const isNew = this.#position?.sequence !== position.sequence;
		this.#position = position;
		if (!isNew) return;
		try {
			savePosition(position);
		} catch {
			// Without it, what happens while this program is started again is not told.
		}
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
		clearTimeout(this.#missedTimer);
		if (!running)
			this.#missedTimer = setTimeout(() => {
				this.#isMissed = true;
				this.#tell([this.#buildEvent("cannot be reached; if it died, the rules it left stay in force")]);
			}, MISSED_AFTER_MS);
		else if (this.#isMissed) {
			this.#isMissed = false;
			this.#tell([this.#buildEvent("can be reached again")]);
		}
	}

	/** Of the daemon, which cannot tell it itself. */
	#buildEvent(reason: string): PolywanEvent {
		const nobody = { uplink: null, family: null, from: null, to: null };
		return { sequence: this.#sequence, at_ms: Math.round(wallMs()), kind: "daemon", ...nobody, reason };
	}
}

function pause(durationMs: number): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, Math.max(0, durationMs)));
}

import { monotonicMs } from "polywan-runtime/clock";
import type { FdWatch } from "polywan-runtime/loop";
import { Socket } from "polywan-runtime/socket";
import { readRows } from "../connections/read-rows.ts";
import { receiveBuffer } from "../netlink/receive-buffer.ts";
import { NETLINK_NETFILTER } from "../netlink/request.ts";
import { buildEventFilter, CONNTRACK_GROUPS, parseConnectionEvent } from "./connection-events.ts";

/** How often events are looked at while they come. */
const LOOK_MS = 20;
/** What the kernel may keep for us between two looks: some ten thousand connections a second. */
const RECEIVE_BUFFER_BYTES = 1024 * 1024;
/** The first reading after the start; each later one waits twice as long. */
const FIRST_READING_MS = 5000;
const LAST_READING_MS = 60_000;
/** How much the newest look counts in the number of arrivals. */
const NEWEST = 0.1;
/** How many times as long as a reading took none follows: tens of thousands of connections take a while. */
const READING_REST = 400;

/** A reading during which more came or went than this is repeated soon. */
const MUCH = 50;

interface Count {
	live: number;
	/** Lowest and highest while connection tracking is being read. */
	lowest: number;
	highest: number;
}

/**
 * Live connections by mark, from events of connection tracking. Connections from before it listened end without an event on
 * newer kernels (sysctl nf_conntrack_events 2), and events can be lost, so from time to time all are counted. While nothing
 * happens it does nothing.
 */
export class ConnectionCounter {
	readonly #mask: number;
	readonly #counts = new Map<number, Count>();
	readonly #onLook: () => void;
	readonly #socket: Socket;
	readonly #watch: FdWatch;
	readonly #view = new DataView(receiveBuffer.buffer, receiveBuffer.byteOffset, receiveBuffer.byteLength);
	#pause: number | null = null;
	#reading = false;
	#lost = false;
	#readAtMs = monotonicMs();
	#readingMs = FIRST_READING_MS;
	#arrivals = 0;
	#closed = false;

	/** `onLook`: counts changed; at most every 20 ms. Throws SystemError where events cannot be had. */
	constructor(mask: number, marks: readonly number[], onLook: () => void) {
		this.#mask = mask;
		this.#onLook = onLook;
		for (const mark of marks) this.#counts.set(mark, { live: 0, lowest: 0, highest: 0 });
		this.#socket = Socket.open("netlink", "raw", NETLINK_NETFILTER);
		try {
			this.#socket.setOption("receiveBuffer", RECEIVE_BUFFER_BYTES);
			this.#socket.attachFilter(buildEventFilter(mask));
			this.#socket.bind({ family: "netlink", pid: 0, groups: CONNTRACK_GROUPS });
			this.#watch = this.#socket.watch({ read: true }, () => this.#look());
		} catch (error) {
			this.#socket.close();
			throw error;
		}
		void this.#readAll(true);
	}

	/** How many there are over the uplink of that mark. */
	live(mark: number): number {
		return Math.max(0, this.#counts.get(mark)?.live ?? 0);
	}

	/** New connections between two looks, on average. */
	get arrivals(): number {
		return this.#arrivals;
	}

	close(): void {
		this.#closed = true;
		if (this.#pause !== null) clearTimeout(this.#pause);
		this.#watch.close();
		this.#socket.close();
	}

	/** Takes in everything there is, and then leaves more to come together for a while. */
	#look(): void {
		this.#watch.set({});
		this.#pause = setTimeout(() => this.#watch.set({ read: true }), LOOK_MS);
		const arrived = this.#takeIn();
		this.#arrivals += (arrived - this.#arrivals) * NEWEST;
		if (this.#lost || monotonicMs() - this.#readAtMs > this.#readingMs) void this.#readAll(this.#lost);
		this.#onLook();
	}

	/** Gives how many new connections there were. */
	#takeIn(): number {
		let arrived = 0;
		try {
			for (;;) {
				const received = this.#socket.receive(receiveBuffer);
				if (received === null) return arrived;
				const event = parseConnectionEvent(this.#view, received.bytes);
				if (event === null) continue;
				const count = this.#counts.get((event.mark & this.#mask) >>> 0);
				if (count === undefined) continue;
				count.live += event.change;
				count.lowest = Math.min(count.lowest, count.live);
				count.highest = Math.max(count.highest, count.live);
				if (event.change === 1) arrived++;
			}
		} catch {
			// ENOBUFS: the kernel dropped some.
			this.#lost = true;
			return arrived;
		}
	}

	/** Counts all; what came and went meanwhile may be in it or not, so events are believed where they do not contradict it. */
	async #readAll(surely: boolean): Promise<void> {
		if (this.#reading || this.#closed) return;
		this.#reading = true;
		this.#lost = false;
		const startMs = monotonicMs();
		let unrest = 0;
		try {
			for (const [mark, count] of this.#counts) {
				count.lowest = count.live;
				count.highest = count.live;
				const before = count.live;
				const total = await this.#readOne(mark);
				if (this.#closed) return;
				unrest = Math.max(unrest, count.highest - count.lowest);
				const isPossible = total >= count.lowest && total <= count.highest;
				if (surely || !isPossible) count.live = total + Math.round((count.live - before) / 2);
			}
			this.#onLook();
		} catch {
			this.#lost = true;
		} finally {
			this.#reading = false;
			this.#readAtMs = monotonicMs();
			const tookMs = this.#readAtMs - startMs;
			const next = surely ? FIRST_READING_MS : Math.min(LAST_READING_MS, this.#readingMs * 2);
			// Of a number that moved much meanwhile nothing is known for certain.
			this.#readingMs =
				unrest > MUCH ? Math.max(FIRST_READING_MS / 5, tookMs) : Math.max(next, READING_REST * tookMs);
		}
	}

	async #readOne(mark: number): Promise<number> {
		const everything = {
			mark: { value: mark, mask: this.#mask },
			family: null,
			protocol: 0,
			source: null,
			destination: null,
			sourcePort: 0,
			destinationPort: 0,
		};
		const { live } = await readRows(everything, { order: "bytes", reverse: false, offset: 0, limit: 0 });
		return live;
	}
}

import { monotonicMs } from "polywan-runtime/clock";
import type { FdWatch } from "polywan-runtime/loop";
import { Socket } from "polywan-runtime/socket";
import { readRows } from "../connections/read-rows.ts";
import { NETLINK_NETFILTER } from "../netlink/kernel-socket.ts";
import { receiveBuffer } from "../netlink/receive-buffer.ts";
import { buildEventFilter, CONNTRACK_GROUPS, parseConnectionEvent } from "./connection-events.ts";

/** How often events are looked at while they come. */
export const LOOK_MS = 20;
/** What the kernel may keep for us between two looks: some ten thousand connections a second. */
const RECEIVE_BUFFER_BYTES = 1024 * 1024;
/** After a count that may be wrong some more follow, each of which takes off some of the error … */
const EARLY_READINGS = 4;
const EARLY_READING_MS = 1500;
const BELIEVED = 0.4;
/** … and later ones wait twice as long each time. */
const FIRST_READING_MS = 1000;
const LAST_READING_MS = 60_000;
/** How much the newest look counts in the number of arrivals. */
const NEWEST = 0.1;
/** How many times as long as a reading took none follows: tens of thousands of connections take a while. */
const READING_REST = 400;

/** A reading during which more came or went than this is as good as none. */
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
	#readingMs = EARLY_READING_MS;
	/** Since the count was not known at all. */
	#readings = 0;
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

	/** Counts all. `surely`: what is known is worth nothing. */
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
				// What came or went meanwhile is in it or not: the middle is the best guess.
				const error = total - (before + count.live) / 2;
				const isPossible = total >= count.lowest && total <= count.highest;
				count.live += Math.round(surely || !isPossible ? error : error * BELIEVED);
			}
			this.#onLook();
		} catch {
			this.#lost = true;
		} finally {
			this.#reading = false;
			this.#readAtMs = monotonicMs();
			this.#readings = surely || unrest > MUCH ? 0 : this.#readings + 1;
			const tookMs = this.#readAtMs - startMs;
			const usual = Math.min(LAST_READING_MS, FIRST_READING_MS * 2 ** this.#readings);
			this.#readingMs =
				this.#readings < EARLY_READINGS ? EARLY_READING_MS + tookMs : Math.max(usual, READING_REST * tookMs);
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

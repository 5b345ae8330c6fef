import * as native from "polywan:conntrack";
import { checkResult } from "./error.ts";
import { watchFd } from "./loop.ts";

export type ConntrackOrder = "bytes" | "packets" | "age";

export interface ConntrackSelection {
	/** struct filter of conntrack.h. */
	readonly filter: Uint8Array;
	/** How many rows are kept: the first ones of the order. */
	readonly capacity: number;
	/** The largest, or oldest, first. */
	readonly order: ConntrackOrder;
	readonly reverse: boolean;
}

const orders: readonly ConntrackOrder[] = ["bytes", "packets", "age"];

/** Takes a dump of connection tracking as it comes in, and keeps the rows that a page needs. */
export class ConntrackCollector {
	#collector: native.Collector;

	constructor({ filter, capacity, order, reverse }: ConntrackSelection) {
		this.#collector = native.newCollector(filter, capacity, orders.indexOf(order), reverse);
	}

	/** What one receive() of the netlink socket gave. True: the dump is whole. Throws SystemError: what the kernel answered. */
	add(received: Uint8Array): boolean {
		const result = native.add(this.#collector, received);
		return checkResult(result, "recv", () => "read connections") === 1;
	}

	/** How many entries the filter let through. */
	get total(): number {
		return native.total(this.#collector);
	}

	/** How many of those are not TCP connections that ended and are only remembered for a while. */
	get live(): number {
		return native.live(this.#collector);
	}

	/** The rows in order, each struct row of conntrack.h. */
	takeRows(): Uint8Array {
		return native.takeRows(this.#collector);
	}

	/**
	 * Sends a request for a dump and takes the answer, all in a thread of its own; nothing else may be done with the collector
	 * meanwhile. Rejects with SystemError.
	 */
	async read(request: Uint8Array): Promise<void> {
		const attempt = () => "read connections";
		const dump = checkResult(native.startDump(this.#collector, request), "pthread_create", attempt);
		await new Promise<void>((resolve) => {
			const watch = watchFd(native.dumpFd(dump), { read: true }, () => {
				watch.close();
				resolve();
			});
		});
		this.#collector = checkResult(native.finishDump(dump), "recv", attempt);
	}

	/** Takes what another one kept, of the same order, filled by another part of the entries. */
	merge(other: ConntrackCollector): void {
		checkResult(native.merge(this.#collector, other.#collector), "malloc", () => "keep connections");
	}
}

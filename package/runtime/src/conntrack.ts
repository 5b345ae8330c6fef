import * as native from "polywan:conntrack";
import { checkResult } from "./error.ts";

export type ConntrackOrder = "bytes" | "packets" | "age";

export interface ConntrackSelection {
	/** struct filter of mod_conntrack.c. */
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
	readonly #collector: native.Collector;

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

	/** The rows in order, each struct row of mod_conntrack.c. */
	takeRows(): Uint8Array {
		return native.takeRows(this.#collector);
	}
}

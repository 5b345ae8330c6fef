import { batch, signal } from "@preact/signals";
import type { ConnectionStatus } from "polywan-core/status";
import type { UbusSession } from "ubus-js/browser";
import { type Criteria, type Order, readFirst, readPage } from "./connection-query.ts";

export const PAGE_ROWS = 200;
/** What is searched for a text, and grouped by host: those with the most data. */
export const SAMPLE_ROWS = 3000;

export interface Wanted {
	readonly criteria: Criteria;
	readonly order: Order;
	/** All of the first SAMPLE_ROWS at once, instead of the rows on the screen. */
	readonly sample: boolean;
}

/**
 * The rows of a list of any length that are on the screen, read from the router in pages. One question at a time: whoever
 * scrolls fast is shown where he arrives, not what he passed.
 */
export class ConnectionWindow {
	/** Rows by page; pages read before stay until they are read again. */
	readonly pages = signal<ReadonlyMap<number, readonly ConnectionStatus[]>>(new Map());
	/** Null before the first answer. */
	readonly total = signal<number | null>(null);
	/** Page 0 is the whole sample. */
	readonly sampled = signal(false);
	/** What is there answers an earlier question. */
	readonly pending = signal(true);
	readonly accounting = signal(true);
	readonly failed = signal(false);
	readonly #session: UbusSession<AbortSignal>;
	#wanted: Wanted | null = null;
	#seen = { first: 0, last: 0 };
	#stale = new Set<number>();
	#asking = false;

	constructor(session: UbusSession<AbortSignal>) {
		this.#session = session;
	}

	/** Another question: what was answered before stays until the answer comes, so that nothing jumps. */
	want(wanted: Wanted): void {
		this.#wanted = wanted;
		this.#seen = { first: 0, last: 0 };
		this.#stale.clear();
		this.pending.value = true;
		void this.#ask();
	}

	/** Rows `first` to `last` are on the screen. */
	see(first: number, last: number): void {
		this.#seen = { first: Math.floor(first / PAGE_ROWS), last: Math.floor(last / PAGE_ROWS) };
		void this.#ask();
	}

	/** Reads again what is on the screen. */
	refresh(): void {
		this.#stale = new Set(this.pages.value.keys());
		void this.#ask();
	}

	/** Undefined: not read yet. */
	row(index: number): ConnectionStatus | undefined {
		return this.pages.value.get(Math.floor(index / PAGE_ROWS))?.[index % PAGE_ROWS];
	}

	async #ask(): Promise<void> {
		if (this.#asking) return;
		this.#asking = true;
		try {
			for (;;) {
				const wanted = this.#wanted;
				const page = this.#nextPage();
				if (wanted === null || page === null) break;
				await this.#read(wanted, page);
			}
			this.failed.value = false;
		} catch {
			this.failed.value = true;
		} finally {
			this.#asking = false;
		}
	}

	async #read(wanted: Wanted, page: number): Promise<void> {
		const { criteria, order, sample } = wanted;
		const answer = sample
			? await readFirst(this.#session, criteria, order, SAMPLE_ROWS)
			: await readPage(this.#session, criteria, order, page * PAGE_ROWS, PAGE_ROWS);
		if (this.#wanted !== wanted) return;
		this.#stale.delete(page);
		batch(() => {
			const kept = this.pending.value ? [] : this.pages.value;
			this.pages.value = new Map(kept).set(page, answer.connections);
			this.pending.value = false;
			this.sampled.value = sample;
			this.total.value = answer.total;
			this.accounting.value = answer.accounting;
		});
	}

	/** One that is on the screen and was never read goes before one that is old. */
	#nextPage(): number | null {
		const { first, last } = this.#wanted?.sample ? { first: 0, last: 0 } : this.#seen;
		if (this.pending.value) return first;
		let old: number | null = null;
		for (let page = first; page <= last; page++) {
			if (!this.pages.value.has(page)) return page;
			if (this.#stale.has(page)) old ??= page;
		}
		return old;
	}
}

import type { Rate, Status, UplinkHistory, UplinkStatus } from "polywan-core/status";
import { isFamilyUsable } from "polywan-core/usable";

/** Ten minutes of looks, each a few bytes. */
export const HISTORY_STEP_MS = 5_000;
export const HISTORY_KEPT = 120;

const COLUMNS = ["rtt4", "loss4", "usable4", "rtt6", "loss6", "usable6", "rx", "tx"] as const;
type Column = (typeof COLUMNS)[number];
type Row = Readonly<Record<Column, number>>;

/** The last looks at one uplink in a ring of fixed size. */
class Ring {
	readonly #columns = new Map(COLUMNS.map((column) => [column, new Int32Array(HISTORY_KEPT)]));
	#next = 0;
	#filled = 0;
	counters: { atMs: number; rxBytes: number; txBytes: number };

	constructor(counters: Ring["counters"]) {
		this.counters = counters;
	}

	add(row: Row): void {
		for (const [column, values] of this.#columns) values[this.#next] = row[column];
		this.#next = (this.#next + 1) % HISTORY_KEPT;
		this.#filled = Math.min(this.#filled + 1, HISTORY_KEPT);
	}

	list(column: Column): number[] {
		const values = this.#columns.get(column) ?? new Int32Array(HISTORY_KEPT);
		const first = (this.#next - this.#filled + HISTORY_KEPT) % HISTORY_KEPT;
		return Array.from({ length: this.#filled }, (_, i) => values[(first + i) % HISTORY_KEPT] ?? -1);
	}

	last(column: Column): number {
		return this.#filled === 0 ? 0 : (this.list(column).at(-1) ?? 0);
	}
}

/** What every uplink was like over the last ten minutes, for a panel that was opened just now. */
export class History {
	readonly #rings = new Map<string, Ring>();

	/** To be called every HISTORY_STEP_MS; `atMs` is monotonic. */
	take(status: Pick<Status, "uplinks">, atMs: number): void {
		for (const name of this.#rings.keys())
			if (!status.uplinks.some((uplink) => uplink.name === name)) this.#rings.delete(name);
		for (const uplink of status.uplinks) {
			const counters = { atMs, rxBytes: uplink.rx_bytes, txBytes: uplink.tx_bytes };
			const ring = this.#rings.get(uplink.name) ?? new Ring(counters);
			this.#rings.set(uplink.name, ring);
			ring.add({
				...familyColumns(uplink),
				rx: bytesPerSecond(ring.counters, counters, "rxBytes"),
				tx: bytesPerSecond(ring.counters, counters, "txBytes"),
			});
			ring.counters = counters;
		}
	}

	list(uplink?: string): Record<string, UplinkHistory> {
		const wanted = [...this.#rings].filter(([name]) => uplink === undefined || name === uplink);
		return Object.fromEntries(wanted.map(([name, ring]) => [name, buildHistory(ring)]));
	}

	/** Bytes a second over the last step. */
	rates(uplink: string): Rate {
		const ring = this.#rings.get(uplink);
		return { rx: ring?.last("rx") ?? 0, tx: ring?.last("tx") ?? 0 };
	}
}

type Counters = Ring["counters"];

/** 0 when a counter started again. */
export function bytesPerSecond(before: Counters, now: Counters, which: "rxBytes" | "txBytes"): number {
	const ms = now.atMs - before.atMs;
	const bytes = now[which] - before[which];
	return ms <= 0 || bytes < 0 ? 0 : Math.min(Math.round((bytes * 1000) / ms), 0x7fffffff);
}

function familyColumns({ ipv4, ipv6 }: UplinkStatus): Omit<Row, "rx" | "tx"> {
	const rtt = (of: typeof ipv4) =>
		of === null || of.rtt_ms === null || of.state === "down" ? -1 : Math.round(of.rtt_ms * 1000);
	const loss = (of: typeof ipv4) => (of === null ? -1 : Math.round(of.loss_percent));
	const usable = (of: typeof ipv4) => (of === null ? -1 : isFamilyUsable(of) ? 1 : 0);
	return {
		rtt4: rtt(ipv4),
		loss4: loss(ipv4),
		usable4: usable(ipv4),
		rtt6: rtt(ipv6),
		loss6: loss(ipv6),
		usable6: usable(ipv6),
	};
}

function buildHistory(ring: Ring): UplinkHistory {
	return {
		ipv4: { rtt_us: ring.list("rtt4"), loss_percent: ring.list("loss4"), usable: ring.list("usable4") },
		ipv6: { rtt_us: ring.list("rtt6"), loss_percent: ring.list("loss6"), usable: ring.list("usable6") },
		rx_rate: ring.list("rx"),
		tx_rate: ring.list("tx"),
	};
}

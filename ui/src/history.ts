import { signal } from "@preact/signals";
import type { Status } from "polywan-core/status";

/** One look at an uplink: round trip per family (null: no answer), and counters. */
export interface Sample {
	readonly atMs: number;
	readonly rttMs: { readonly ipv4: number | null; readonly ipv6: number | null };
	readonly usable: { readonly ipv4: boolean; readonly ipv6: boolean };
	readonly rxBytes: number;
	readonly txBytes: number;
}

export const SPAN_MS = 600_000;

/** Samples of the last ten minutes by uplink, oldest first. */
export const samples = signal<ReadonlyMap<string, readonly Sample[]>>(new Map());

export function takeSamples(status: Status, atMs: number): void {
	const next = new Map<string, readonly Sample[]>();
	for (const uplink of status.uplinks) {
		const kept = (samples.value.get(uplink.name) ?? []).filter((sample) => atMs - sample.atMs <= SPAN_MS);
		const answered = (family: "ipv4" | "ipv6") => uplink[family]?.rtt_ms ?? null;
		const usable = (family: "ipv4" | "ipv6") =>
			uplink[family] !== null && uplink[family].state !== "down" && uplink[family].state !== "recovering";
		next.set(uplink.name, [
			...kept,
			{
				atMs,
				rttMs: { ipv4: answered("ipv4"), ipv6: answered("ipv6") },
				usable: { ipv4: usable("ipv4"), ipv6: usable("ipv6") },
				rxBytes: uplink.rx_bytes,
				txBytes: uplink.tx_bytes,
			},
		]);
	}
	samples.value = next;
}

/** Bytes per second between the last two looks; null before there are two, or when a counter started again. */
export function rateOf(list: readonly Sample[], counter: "rxBytes" | "txBytes"): number | null {
	const last = list.at(-1);
	const before = list.at(-2);
	if (!last || !before || last.atMs <= before.atMs || last[counter] < before[counter]) return null;
	return ((last[counter] - before[counter]) * 1000) / (last.atMs - before.atMs);
}

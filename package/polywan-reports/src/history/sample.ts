import type { FamilyStatus, UplinkStatus } from "polywan-core/status";
import { isFamilyUsable } from "polywan-core/usable";

/** What is kept of an uplink for a span of time; null where it had no such IP version or no answer came. */
export interface Sample {
	/** Bytes in the span. */
	readonly rx: number;
	readonly tx: number;
	readonly rtt4: number | null;
	readonly rtt6: number | null;
	/** In thousandths. */
	readonly loss4: number | null;
	readonly loss6: number | null;
	/** Part of the span in which new connections could go there, in thousandths. */
	readonly usable4: number | null;
	readonly usable6: number | null;
}

/** In the order of the table's columns; round-trip times are in µs. */
export const COLUMNS = ["rx", "tx", "rtt4", "rtt6", "loss4", "loss6", "usable4", "usable6"] as const;
export type Column = (typeof COLUMNS)[number];

/** One look at an uplink; `rx` and `tx` are the bytes since the look before. */
export function buildSample({ ipv4, ipv6 }: UplinkStatus, rx: number, tx: number): Sample {
	return {
		rx,
		tx,
		rtt4: rttOf(ipv4),
		rtt6: rttOf(ipv6),
		loss4: lossOf(ipv4),
		loss6: lossOf(ipv6),
		usable4: usableOf(ipv4),
		usable6: usableOf(ipv6),
	};
}

/** Several samples as one of the whole span; null for none. */
export function mergeSamples(samples: readonly Sample[]): Sample | null {
	if (samples.length === 0) return null;
	const merged = Object.fromEntries(
		COLUMNS.map((column) => {
			const known = samples.map((sample) => sample[column]).filter((value) => value !== null);
			const sum = known.reduce((total, value) => total + value, 0);
			if (column === "rx" || column === "tx") return [column, sum];
			return [column, known.length === 0 ? null : Math.round(sum / known.length)];
		}),
	);
	return merged as unknown as Sample;
}

function rttOf(family: FamilyStatus | null): number | null {
	if (family === null || family.rtt_ms === null || family.state === "down") return null;
	return Math.round(family.rtt_ms * 1000);
}

function lossOf(family: FamilyStatus | null): number | null {
	return family === null ? null : Math.round(family.loss_percent * 10);
}

function usableOf(family: FamilyStatus | null): number | null {
	if (family === null) return null;
	return isFamilyUsable(family) ? 1000 : 0;
}

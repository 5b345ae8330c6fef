import type { Period } from "./period.ts";
import type { UplinkUsage } from "./usage.ts";

export type QuotaDirection = "total" | "download" | "upload";
/** What happens when it is used up; one is warned in any case. */
export type QuotaAction = "warn" | "demote" | "limit" | "disable";

/** What an uplink may still carry. */
export interface RateLimit {
	readonly downloadBitsPerSecond: number;
	readonly uploadBitsPerSecond: number;
}

export interface Quota {
	readonly bytes: number;
	readonly direction: QuotaDirection;
	readonly action: QuotaAction;
	/** Of action limit. */
	readonly limit: RateLimit;
	readonly period: Period;
}

/** Percentages at which one is warned. */
const WARNINGS: readonly number[] = [75, 90, 100];

/** Bytes of the period that count. */
export function countedBytes({ direction }: Quota, { rxBytes, txBytes }: UplinkUsage): number {
	if (direction === "download") return rxBytes;
	return direction === "upload" ? txBytes : rxBytes + txBytes;
}

export function usedPercent(quota: Quota, usage: UplinkUsage): number {
	return (countedBytes(quota, usage) * 100) / quota.bytes;
}

/** The highest warning that is due; 0: none. */
export function warningOf(quota: Quota, usage: UplinkUsage): number {
	const percent = usedPercent(quota, usage);
	return WARNINGS.findLast((warning) => percent >= warning) ?? 0;
}

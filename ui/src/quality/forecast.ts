import type { UsageStatus } from "polywan-core/status";

/** What a period will have used at its end if it goes on as so far. */
export interface Forecast {
	readonly bytes: number;
	/** Of the quota; null where there is none. */
	readonly percent: number | null;
	/** When the quota is used up, if that is before the period ends. */
	readonly usedUpAtMs: number | null;
}

/** Earlier than this part of a period a guess is worth nothing. */
const LEAST_PART = 0.03;

/** Null: too early, or the router does not know when the period began. `nowMs`: the router's clock. */
export function forecastUsage(usage: UsageStatus, nowMs: number): Forecast | null {
	const { period_start_ms: fromMs, period_end_ms: toMs, quota_bytes: quota } = usage;
	const countedMs = nowMs - fromMs - missedMs(usage, nowMs);
	if (fromMs === 0 || toMs <= fromMs || countedMs < LEAST_PART * (toMs - fromMs)) return null;
	const used = quota > 0 ? usage.quota_used_bytes : usage.rx_bytes + usage.tx_bytes;
	const bytesPerMs = used / countedMs;
	const leftMs = Math.max(0, toMs - nowMs);
	const bytes = used + bytesPerMs * leftMs;
	if (quota === 0) return { bytes, percent: null, usedUpAtMs: null };
	const runsOut = used < quota && bytes > quota;
	return {
		bytes,
		percent: (bytes * 100) / quota,
		usedUpAtMs: runsOut ? nowMs + (quota - used) / bytesPerMs : null,
	};
}

/** Times of this period that were not counted. */
function missedMs({ gaps, period_start_ms: fromMs }: UsageStatus, nowMs: number): number {
	return gaps.reduce(
		(sum, gap) => sum + Math.max(0, Math.min(gap.to_ms, nowMs) - Math.max(gap.from_ms, fromMs)),
		0,
	);
}

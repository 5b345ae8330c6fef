import type { Probing } from "../config/model.ts";
import { isLossHigh, isLossLow, type LossCount } from "./loss.ts";

/** Longest way round: a degraded uplink stays so for a while, so that it does not flap. */
const DEGRADED_AT_LEAST_MS = 30_000;
const GOOD_AT_LEAST_MS = 10_000;
const LATENCY_AT_LEAST_MS = 5000;

/** Decides between up and degraded, by loss and by latency, with hysteresis. */
export class DegradationJudge {
	#highLatencySinceMs: number | null = null;

	/** Why an uplink that is up since `sinceMs` is to become degraded; null: it is not. */
	reasonToDegrade(
		probing: Probing,
		spans: readonly LossCount[],
		rttMs: number | null,
		sinceMs: number,
		nowMs: number,
	): string | null {
		const slow = this.#isSlow(probing, rttMs, nowMs);
		if (nowMs - sinceMs < GOOD_AT_LEAST_MS) return null;
		if (isLossHigh(spans, probing.degradedLossPercent / 100, probing.recoveredLossPercent / 100)) {
			return `loses ${percentText(spans)} % of the probes (limit ${probing.degradedLossPercent} %)`;
		}
		if (slow && rttMs !== null) {
			return `answers take ${Math.round(rttMs)} ms (limit ${probing.degradedRttMs} ms)`;
		}
		return null;
	}

	/** Why an uplink that is degraded since `sinceMs` is good again; null: it is not. */
	reasonToRecover(
		probing: Probing,
		spans: readonly LossCount[],
		rttMs: number | null,
		sinceMs: number,
		nowMs: number,
	): string | null {
		if (nowMs - sinceMs < DEGRADED_AT_LEAST_MS) return null;
		if (!isLossLow(spans, probing.degradedLossPercent / 100, probing.recoveredLossPercent / 100)) return null;
		if (probing.degradedRttMs > 0 && rttMs !== null) {
			const limitMs = probing.recoveredRttMs > 0 ? probing.recoveredRttMs : probing.degradedRttMs * 0.8;
			if (rttMs > limitMs) return null;
		}
		this.#highLatencySinceMs = null;
		return "loss and latency are within the limits again";
	}

	#isSlow(probing: Probing, rttMs: number | null, nowMs: number): boolean {
		if (probing.degradedRttMs <= 0 || rttMs === null || rttMs < probing.degradedRttMs) {
			this.#highLatencySinceMs = null;
			return false;
		}
		this.#highLatencySinceMs ??= nowMs;
		return nowMs - this.#highLatencySinceMs >= LATENCY_AT_LEAST_MS;
	}
}

function percentText(spans: readonly LossCount[]): number {
	const worst = Math.max(...spans.map(({ lost, total }) => (total >= 10 ? lost / total : 0)));
	return Math.round(worst * 100);
}

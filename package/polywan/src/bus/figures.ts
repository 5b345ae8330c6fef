import type { FamilyStatus, Rate, Status } from "polywan-core/status";
import { bytesPerSecond } from "./history.ts";

/** What moves without being an event. */
export interface Figures {
	readonly atMs: number;
	readonly uplinks: ReadonlyMap<string, UplinkFigures>;
}

interface UplinkFigures {
	readonly rxBytes: number;
	readonly txBytes: number;
	readonly rate: Rate;
	readonly families: readonly (readonly [rttMs: number, lossPercent: number])[];
}

/** Below these nobody sees a difference, and an idle line's own probes stay unnoticed. */
const NOTICED_BYTES_PER_SECOND = 1500;
const NOTICED_RTT_MS = 3;
const NOTICED_LOSS_PERCENT = 1;
const NOTICED_FRACTION = 0.15;
/** How much the newest second counts in a rate. */
const NEWEST = 0.6;

/** The figures of a status; rates are smoothed over those before. */
export function buildFigures(status: Status, atMs: number, before: Figures | null): Figures {
	const uplinks = status.uplinks.map((uplink) => {
		const old = before?.uplinks.get(uplink.name);
		const counters = { rxBytes: uplink.rx_bytes, txBytes: uplink.tx_bytes };
		const rate = (which: "rxBytes" | "txBytes", previous: number) => {
			if (old === undefined || before === null) return 0;
			const fresh = bytesPerSecond({ ...old, atMs: before.atMs }, { ...counters, atMs }, which);
			return Math.round(fresh * NEWEST + previous * (1 - NEWEST));
		};
		const families = [uplink.ipv4, uplink.ipv6].map(familyFigures);
		const rates = { rx: rate("rxBytes", old?.rate.rx ?? 0), tx: rate("txBytes", old?.rate.tx ?? 0) };
		return [uplink.name, { ...counters, rate: rates, families }] as const;
	});
	return { atMs, uplinks: new Map(uplinks) };
}

/** Whether somebody who looks at `shown` would want to see `now`. */
export function differNoticeably(shown: Figures, now: Figures): boolean {
	return [...now.uplinks].some(([name, figures]) => {
		const old = shown.uplinks.get(name);
		if (old === undefined) return true;
		return (
			differ(old.rate.rx, figures.rate.rx, NOTICED_BYTES_PER_SECOND) ||
			differ(old.rate.tx, figures.rate.tx, NOTICED_BYTES_PER_SECOND) ||
			figures.families.some(
				([rttMs, loss], index) =>
					differ(old.families[index]?.[0] ?? 0, rttMs, NOTICED_RTT_MS) ||
					Math.abs((old.families[index]?.[1] ?? 0) - loss) >= NOTICED_LOSS_PERCENT,
			)
		);
	});
}

function differ(old: number, now: number, least: number): boolean {
	return Math.abs(old - now) >= Math.max(least, NOTICED_FRACTION * Math.max(old, now));
}

function familyFigures(of: FamilyStatus | null): readonly [number, number] {
	return [of?.rtt_ms ?? 0, of?.loss_percent ?? 0];
}

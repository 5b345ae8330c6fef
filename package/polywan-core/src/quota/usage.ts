import { CLOCK_SET_MS } from "../schedule/window.ts";
import { type Hosts, restartHosts, turnHosts } from "./hosts.ts";

/** What a device had counted when it was last looked at. */
export interface Baseline {
	readonly device: string;
	readonly ifindex: number;
	readonly rxBytes: number;
	readonly txBytes: number;
}

/** What went through one uplink. Times in ms since 1970, 0 where the clock was not set. */
export interface UplinkUsage {
	/** Of the present period. */
	readonly rxBytes: number;
	readonly txBytes: number;
	/** When the period began; 0: since counting began. */
	readonly periodStartMs: number;
	/** Of the period before this one; after the clock went back, what of the bytes here is not of the period named, which it may return to. */
	readonly before: {
		readonly rxBytes: number;
		readonly txBytes: number;
		readonly periodStartMs: number;
	} | null;
	/** Since counting began. */
	readonly totalRxBytes: number;
	readonly totalTxBytes: number;
	readonly baselines: readonly Baseline[];
	/** The highest warning given in this period. */
	readonly warned: number;
	/** Times that were not counted: the power failed. */
	readonly gaps: readonly { readonly fromMs: number; readonly toMs: number }[];
	/** Absent where hosts are not counted. */
	readonly hosts?: Hosts;
}

/** What is kept on flash. */
export interface UsageFile {
	readonly format: 1;
	/** /proc/sys/kernel/random/boot_id of the boot it was written in. */
	readonly bootId: string;
	readonly savedAtMs: number;
	/** Written at the end: nothing was counted after it in that boot. */
	readonly final: boolean;
	readonly uplinks: Readonly<Record<string, UplinkUsage>>;
}

export const NO_USAGE: UplinkUsage = {
	rxBytes: 0,
	txBytes: 0,
	periodStartMs: 0,
	before: null,
	totalRxBytes: 0,
	totalTxBytes: 0,
	baselines: [],
	warned: 0,
	gaps: [],
};

/** Some drivers count in 32 bits where a long has 32 (struct net_device_stats). */
const WRAP_BYTES = 2 ** 32;
const MOST_GAPS = 20;
const MOST_AWAY = 4;

/**
 * Adds what devices have counted since the last time. One that was made since, or counts from the start again, has counted all of it for
 * this uplink; one that is older and was not the uplink's before counts from now on. Devices that are away just now are remembered.
 */
export function addCounters(usage: UplinkUsage, counters: readonly Baseline[]): UplinkUsage {
	let rx = 0;
	let tx = 0;
	const newest = Math.max(0, ...usage.baselines.map(({ ifindex }) => ifindex));
	for (const now of counters) {
		const old = usage.baselines.find(
			({ device, ifindex }) => device === now.device && ifindex === now.ifindex,
		);
		if (old === undefined && now.ifindex < newest) continue;
		const [rxGrown, txGrown] = grown(old, now);
		rx += rxGrown;
		tx += txGrown;
	}
	const away = usage.baselines.filter((old) => counters.every(({ device }) => device !== old.device));
	return {
		...usage,
		rxBytes: usage.rxBytes + rx,
		txBytes: usage.txBytes + tx,
		totalRxBytes: usage.totalRxBytes + rx,
		totalTxBytes: usage.totalTxBytes + tx,
		baselines: [...away.slice(-MOST_AWAY), ...counters],
	};
}

/** A device that was made again counts both from 0; a counter that falls alone from near its end has run over. */
function grown(old: Baseline | undefined, now: Baseline): [rx: number, tx: number] {
	if (old === undefined || (now.rxBytes < old.rxBytes && now.txBytes < old.txBytes))
		return [now.rxBytes, now.txBytes];
	const grow = (before: number, after: number) => {
		if (after >= before) return after - before;
		const beyond = after + WRAP_BYTES - before;
		return before < WRAP_BYTES && beyond < WRAP_BYTES / 2 ? beyond : after;
	};
	return [grow(old.rxBytes, now.rxBytes), grow(old.txBytes, now.txBytes)];
}

/** The first look at devices of an uplink that was never counted: what they did before belongs to nobody. */
export function beginCounting(counters: readonly Baseline[]): UplinkUsage {
	return { ...NO_USAGE, baselines: counters };
}

/**
 * Starts the period that began at `periodStartMs` if it is another than the present one. A clock that is not set (0) changes nothing.
 * One that goes back to the period before, as it was wrong, gets that one's bytes back, and one that comes again finds what it left.
 */
export function turnPeriod(usage: UplinkUsage, periodStartMs: number): UplinkUsage {
	if (periodStartMs < CLOCK_SET_MS - 366 * 86_400_000 || periodStartMs === usage.periodStartMs) return usage;
	if (usage.periodStartMs === 0) return { ...usage, periodStartMs };
	const { before } = usage;
	if (periodStartMs < usage.periodStartMs) {
		const back = before?.periodStartMs === periodStartMs ? before : { rxBytes: 0, txBytes: 0 };
		return {
			...usage,
			rxBytes: usage.rxBytes + back.rxBytes,
			txBytes: usage.txBytes + back.txBytes,
			periodStartMs,
			before: { ...back, periodStartMs: usage.periodStartMs },
		};
	}
	const { rxBytes, txBytes, periodStartMs: startedMs } = usage;
	if (before?.periodStartMs === periodStartMs)
		return {
			...usage,
			rxBytes: Math.max(rxBytes - before.rxBytes, 0),
			txBytes: Math.max(txBytes - before.txBytes, 0),
			periodStartMs,
			before: { ...before, periodStartMs: startedMs },
		};
	return {
		...usage,
		rxBytes: 0,
		txBytes: 0,
		periodStartMs,
		before: { rxBytes, txBytes, periodStartMs: startedMs },
		warned: 0,
		...(usage.hosts && { hosts: turnHosts(usage.hosts) }),
	};
}

/** Puts right what was counted in this period. */
export function correctUsage(usage: UplinkUsage, rxBytes: number, txBytes: number): UplinkUsage {
	return { ...usage, rxBytes, txBytes, warned: 0 };
}

/**
 * What a new start makes of what was saved. In the same boot counters go on. After another boot they began anew, and where the last
 * save was not the final one, what passed after it is not known.
 */
export function resumeUsage(file: UsageFile, bootId: string): Readonly<Record<string, UplinkUsage>> {
	if (file.bootId === bootId) return file.uplinks;
	const entries = Object.entries(file.uplinks).map(([name, usage]) => {
		const gap = { fromMs: file.savedAtMs, toMs: 0 };
		const gaps = file.final ? usage.gaps : [...usage.gaps, gap].slice(-MOST_GAPS);
		const hosts = usage.hosts && { hosts: restartHosts(usage.hosts) };
		return [name, { ...usage, baselines: [], gaps, ...hosts }] as const;
	});
	return Object.fromEntries(entries);
}

/** The clock is set now: gaps that were still open end. */
export function closeGaps(usage: UplinkUsage, nowMs: number): UplinkUsage {
	if (nowMs < CLOCK_SET_MS || usage.gaps.every(({ toMs }) => toMs > 0)) return usage;
	return { ...usage, gaps: usage.gaps.map((gap) => (gap.toMs > 0 ? gap : { ...gap, toMs: nowMs })) };
}

/** Null: it is not such a file. */
export function parseUsageFile(text: string): UsageFile | null {
	try {
		const file: Partial<UsageFile> | null = JSON.parse(text);
		if (file?.format !== 1 || typeof file.bootId !== "string" || typeof file.uplinks !== "object")
			return null;
		const uplinks = Object.entries(file.uplinks ?? {}).filter(([, usage]) => isUsage(usage));
		return {
			format: 1,
			bootId: file.bootId,
			savedAtMs: Number(file.savedAtMs) || 0,
			final: file.final === true,
			uplinks: Object.fromEntries(uplinks.map(([name, usage]) => [name, { ...NO_USAGE, ...usage }])),
		};
	} catch {
		return null;
	}
}

function isUsage(usage: Partial<UplinkUsage> | null): boolean {
	const numbers = [usage?.rxBytes, usage?.txBytes, usage?.totalRxBytes, usage?.totalTxBytes];
	return numbers.every((value) => Number.isFinite(value)) && Array.isArray(usage?.baselines);
}

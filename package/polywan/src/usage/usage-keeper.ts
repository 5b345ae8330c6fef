import type { Model, Uplink } from "polywan-core/config/model";
import type { Link } from "polywan-core/link";
import type { Hosts } from "polywan-core/quota/hosts";
import { type Period, periodEnd, periodStart } from "polywan-core/quota/period";
import { countedBytes, usedPercent, warningOf } from "polywan-core/quota/quota";
import {
	addCounters,
	type Baseline,
	beginCounting,
	closeGaps,
	correctUsage,
	NO_USAGE,
	turnPeriod,
	type UplinkUsage,
} from "polywan-core/quota/usage";
import type { TimeZone } from "polywan-core/schedule/time-zone";
import { CLOCK_SET_MS } from "polywan-core/schedule/window";
import type { QuotaStatus, UsageStatus } from "polywan-core/status";
import { monotonicMs, wallMs } from "polywan-runtime/clock";
import { readCounters } from "polywan-runtime/interface";
import { UsageStore } from "./usage-file.ts";

/** Reading a thousand hosts takes a while. */
const HOSTS_MS = 60_000;

/** What is counted where no quota says otherwise. */
const CALENDAR_MONTH: Period = { every: "month", resetDay: 1, resetHour: 0 };

export interface UsageEvents {
	/** Told once for each mark that is passed. */
	onWarning(uplink: string, reason: string): void;
	/** Usage cannot be kept. */
	onTrouble(reason: string): void;
}

/** Adds what hosts at home were counted with by some devices to what is known of them. */
export type HostCount = (known: Hosts, devices: readonly string[]) => Hosts;

export interface HostSource {
	read(): HostCount;
}

/** Counts what goes through every uplink, period by period. */
export class UsageKeeper {
	readonly #events: UsageEvents;
	readonly #store = new UsageStore();
	readonly #usage: Map<string, UplinkUsage>;
	#uplinks: readonly Uplink[] = [];
	#devices = new Map<string, ReadonlyMap<string, number>>();
	#hosts: HostSource | null = null;
	#hostsAtMs = Number.NEGATIVE_INFINITY;
	/** The router's. */
	zone: TimeZone;
	#trouble = "";

	constructor(zone: TimeZone, events: UsageEvents) {
		this.zone = zone;
		this.#events = events;
		this.#usage = new Map(Object.entries(this.#store.load()));
	}

	set(model: Model, links: readonly Link[], zone: TimeZone): void {
		// What went by the devices so far belongs to those who had them.
		this.look();
		this.zone = zone;
		this.#uplinks = model.uplinks;
		this.#devices = new Map(
			model.uplinks.map(({ name }) => {
				const own = links.filter(({ uplink }) => uplink === name);
				return [name, new Map(own.map(({ device, ifindex }) => [device, ifindex]))];
			}),
		);
		this.look();
	}

	/** Where hosts are counted from now on. */
	useHosts(hosts: HostSource): void {
		this.#hosts = hosts;
	}

	/** They are not counted, and what was counted is forgotten. Gives whether anything was, by an earlier daemon maybe. */
	forgetHosts(): boolean {
		this.#hosts = null;
		let had = false;
		for (const [name, usage] of this.#usage) {
			if (usage.hosts === undefined) continue;
			had = true;
			const { hosts: _hosts, ...rest } = usage;
			this.#usage.set(name, rest);
		}
		return had;
	}

	/** What each host at home sent and received by an uplink. */
	hostsOf(uplink: string): Hosts {
		return this.#usage.get(uplink)?.hosts ?? {};
	}

	/** Reads the counters, turns periods, warns, saves when it is time. `whole`: those of hosts too, of which there may be many. */
	look(whole = false): void {
		const nowMs = monotonicMs();
		if (
			whole ||
			nowMs - this.#hostsAtMs >= HOSTS_MS ||
			this.#uplinks.some((uplink) => this.#isOver(uplink))
		) {
			this.#hostsAtMs = nowMs;
			this.#countHosts();
		}
		for (const uplink of this.#uplinks) this.#count(uplink);
		this.#guard(() => this.#store.save(Object.fromEntries(this.#usage)));
	}

	stop(): void {
		this.#countHosts();
		for (const uplink of this.#uplinks) this.#count(uplink);
		this.#guard(() => this.#store.saveFinally(Object.fromEntries(this.#usage)));
	}

	/** Whether the quota is used up. */
	isUsedUp({ name, quota }: Uplink): boolean {
		return quota !== null && usedPercent(quota, this.#usage.get(name) ?? NO_USAGE) >= 100;
	}

	/** As of the last look; null: it has none. */
	quota({ name, quota }: Uplink): QuotaStatus | null {
		if (quota === null) return null;
		const usage = this.#usage.get(name) ?? NO_USAGE;
		return {
			bytes: quota.bytes,
			used_bytes: countedBytes(quota, usage),
			used_percent: Math.round(usedPercent(quota, usage) * 10) / 10,
		};
	}

	/** False: there is no such uplink. */
	correct(name: string, rxBytes: number, txBytes: number): boolean {
		const uplink = this.#uplinks.find((entry) => entry.name === name);
		if (uplink === undefined) return false;
		this.#usage.set(name, correctUsage(this.#usage.get(name) ?? NO_USAGE, rxBytes, txBytes));
		this.#store.saveSoon();
		this.#warn(uplink);
		return true;
	}

	status(): readonly Omit<UsageStatus, "quota_limited">[] {
		return this.#uplinks.map((uplink) => this.#describe(uplink));
	}

	#describe(uplink: Uplink): Omit<UsageStatus, "quota_limited"> {
		const { name, quota, timeZone } = uplink;
		const used = this.quota(uplink);
		const usage = this.#usage.get(name) ?? NO_USAGE;
		const nowMs = wallMs();
		const isSet = nowMs >= CLOCK_SET_MS;
		const period = quota?.period ?? CALENDAR_MONTH;
		return {
			uplink: name,
			rx_bytes: usage.rxBytes,
			tx_bytes: usage.txBytes,
			period_start_ms: usage.periodStartMs,
			period_end_ms: isSet ? periodEnd(period, timeZone ?? this.zone, nowMs) : 0,
			total_rx_bytes: usage.totalRxBytes,
			total_tx_bytes: usage.totalTxBytes,
			quota_bytes: used?.bytes ?? 0,
			quota_used_bytes: used?.used_bytes ?? 0,
			quota_used_percent: used?.used_percent ?? 0,
			quota_action: quota?.action ?? "none",
			gaps: usage.gaps.map(({ fromMs, toMs }) => ({ from_ms: fromMs, to_ms: toMs })),
		};
	}

	#countHosts(): void {
		const count = this.#hosts?.read();
		if (count === undefined) return;
		for (const { name } of this.#uplinks) {
			const usage = this.#usage.get(name);
			const devices = [...(this.#devices.get(name)?.keys() ?? [])];
			if (usage !== undefined) this.#usage.set(name, { ...usage, hosts: count(usage.hosts ?? {}, devices) });
		}
	}

	/** When the present period of the uplink began; 0: nobody has set the clock. */
	#periodStart({ quota, timeZone }: Uplink): number {
		const nowMs = wallMs();
		return nowMs < CLOCK_SET_MS
			? 0
			: periodStart(quota?.period ?? CALENDAR_MONTH, timeZone ?? this.zone, nowMs);
	}

	/** Whether the period that is counted ended. */
	#isOver(uplink: Uplink): boolean {
		if (this.#hosts === null) return false;
		return this.#periodStart(uplink) !== this.#usage.get(uplink.name)?.periodStartMs;
	}

	#count(uplink: Uplink): void {
		const { name } = uplink;
		const known = this.#usage.get(name);
		const counters = this.#readCounters(name);
		if (known === undefined && counters.length === 0) return;
		const counted = known === undefined ? beginCounting(counters) : addCounters(known, counters);
		this.#usage.set(name, closeGaps(turnPeriod(counted, this.#periodStart(uplink)), Math.round(wallMs())));
		this.#warn(uplink);
	}

	#readCounters(name: string): Baseline[] {
		return [...(this.#devices.get(name) ?? [])].flatMap(([device, ifindex]) => {
			try {
				const { rxBytes, txBytes } = readCounters(device);
				return [{ device, ifindex, rxBytes, txBytes }];
			} catch {
				// The device went away; the link's own events tell what follows.
				return [];
			}
		});
	}

	#warn({ name, quota }: Uplink): void {
		const usage = this.#usage.get(name);
		if (quota === null || usage === undefined) return;
		const warned = warningOf(quota, usage);
		if (warned === usage.warned) return;
		this.#usage.set(name, { ...usage, warned });
		if (warned < usage.warned) return;
		const percent = Math.floor(usedPercent(quota, usage));
		const what = quota.direction === "total" ? "" : ` for ${quota.direction}`;
		const then = warned < 100 || quota.action === "warn" ? "" : `; ${ACTIONS[quota.action]}`;
		this.#events.onWarning(name, `${percent} % of the ${quota.period.every}'s quota${what} is used${then}`);
	}

	/** Told once until it works again. */
	#guard(save: () => void): void {
		try {
			save();
			this.#trouble = "";
		} catch (error) {
			const reason = `usage cannot be saved: ${String(error)}`;
			if (reason !== this.#trouble) this.#events.onTrouble(reason);
			this.#trouble = reason;
		}
	}
}

const ACTIONS = {
	limit: "the uplink is slowed down until the quota begins anew",
	demote: "the uplink is used only where nothing else works",
	disable: "the uplink is not used until the quota begins anew",
} as const;

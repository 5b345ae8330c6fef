import type { Model, Uplink } from "polywan-core/config/model";
import type { Problem } from "polywan-core/config/problem";
import type { Link } from "polywan-core/link";
import type { RateLimit } from "polywan-core/quota/quota";
import type { TimeZone } from "polywan-core/schedule/time-zone";
import { isOpen, nextChange } from "polywan-core/schedule/window";
import type { HostUsagePage, QuotaStatus, UsageStatus } from "polywan-core/status";
import { wallMs } from "polywan-runtime/clock";
import { readSystemTimeZone } from "../system-time-zone.ts";
import type { HostUsage } from "./host-usage.ts";
import { UsageKeeper } from "./usage-keeper.ts";

/** Between two looks at counters and the clock, which may jump. */
const LOOK_MS = 10_000;

export interface TermsEvents {
	/** A quota has come to one of its marks, or usage cannot be saved. */
	onUsage(uplink: string | undefined, reason: string): void;
	/** A schedule opened or closed. */
	onSchedule(uplink: string | undefined, reason: string): void;
	/** Somebody may be used now, or no longer. */
	onChange(): void;
}

/** On which terms uplinks and policies may be used: quotas and schedules. */
export class Terms {
	readonly #events: TermsEvents;
	readonly #usage: UsageKeeper;
	#zone: TimeZone = readSystemTimeZone();
	#model: Model | null = null;
	#links: readonly Link[] = [];
	#closed: ReadonlySet<string> = new Set();
	#usedUp: ReadonlySet<string> = new Set();
	#timer: number | null = null;
	/** Null: hosts are not counted. */
	#hosts: HostUsage | null = null;
	#hostsWork: Promise<void> = Promise.resolve();

	constructor(events: TermsEvents) {
		this.#events = events;
		this.#usage = new UsageKeeper(this.#zone, {
			onWarning: (uplink, reason) => events.onUsage(uplink, reason),
			onTrouble: (reason) => events.onUsage(undefined, reason),
		});
	}

	/** Takes over the configuration and the links; what changes by it is told at the next look. */
	set(model: Model, links: readonly Link[]): void {
		// A failover must not wait for counters.
		if (model === this.#model && links === this.#links) return;
		this.#links = links;
		this.#zone = readSystemTimeZone();
		this.#model = model;
		this.#usage.set(model, links, this.#zone);
		this.#hostsWork = this.#hostsWork.then(() => this.#setHosts());
		this.#judge();
		this.#lookLater();
	}

	/** Saves what was counted. */
	stop(): void {
		if (this.#timer !== null) clearTimeout(this.#timer);
		this.#timer = null;
		this.#usage.stop();
	}

	/** Why an uplink must not be used now, in words a user understands; null: it may. */
	refusal(uplink: string): string | null {
		if (this.#closed.has(`uplink ${uplink}`)) return "out of its schedule";
		const isOff = this.#usedUp.has(uplink) && this.#find(uplink)?.quota?.action === "disable";
		return isOff ? "its quota is used up" : null;
	}

	isDemoted(uplink: string): boolean {
		return this.#usedUp.has(uplink) && this.#find(uplink)?.quota?.action === "demote";
	}

	/** What it may still carry; null: whatever it can. */
	limit(uplink: string): RateLimit | null {
		const quota = this.#usedUp.has(uplink) ? this.#find(uplink)?.quota : null;
		return quota?.action === "limit" ? quota.limit : null;
	}

	/** Null: it has none. */
	quota(uplink: Uplink): QuotaStatus | null {
		return this.#usage.quota(uplink);
	}

	isClosed(policy: string): boolean {
		return this.#closed.has(`policy ${policy}`);
	}

	/** `isLimited`: by the rules in force. */
	usage(isLimited: (uplink: string) => boolean): readonly UsageStatus[] {
		this.#usage.look();
		return this.#usage.status().map((usage) => ({ ...usage, quota_limited: isLimited(usage.uplink) }));
	}

	/** Of one uplink, or of all; null: there is no such uplink. */
	async hostUsage(uplink: string | undefined, offset: number, limit: number): Promise<HostUsagePage | null> {
		await this.#hostsWork;
		const names = (this.#model?.uplinks ?? []).map(({ name }) => name);
		const wanted = names.filter((name) => uplink === undefined || name === uplink);
		if (wanted.length === 0 && uplink !== undefined) return null;
		return this.#hosts?.page(wanted, offset, limit) ?? { counting: false, total: 0, offset, hosts: [] };
	}

	/** What was asked for and cannot be done. */
	get problems(): readonly Problem[] {
		const message = this.#hosts?.trouble ?? null;
		if (message === null) return [];
		const place = { config: "polywan", section: "globals", option: "host_usage", value: null };
		return [{ ...place, message, severity: "warning" }];
	}

	/** False: there is no such uplink. */
	correct(uplink: string, rxBytes: number, txBytes: number): boolean {
		this.#usage.look();
		if (!this.#usage.correct(uplink, rxBytes, txBytes)) return false;
		this.#look();
		return true;
	}

	async #setHosts(): Promise<void> {
		const wanted = this.#model?.globals.hostUsage === true;
		if (!wanted) {
			this.#hosts = null;
			if (!this.#usage.forgetHosts()) return;
			const { removeHostTable } = await import("./host-counters.ts");
			await removeHostTable().catch((error: unknown) => this.#events.onUsage(undefined, String(error)));
			return;
		}
		if (this.#hosts === null) {
			const { HostUsage } = await import("./host-usage.ts");
			this.#hosts = new HostUsage(this.#usage, () => this.#events.onChange());
		}
		this.#hosts.set([...new Set(this.#links.map(({ device }) => device))].sort());
	}

	#find(uplink: string): Uplink | undefined {
		return this.#model?.uplinks.find(({ name }) => name === uplink);
	}

	#look(): void {
		this.#zone = readSystemTimeZone();
		this.#usage.zone = this.#zone;
		this.#usage.look();
		if (this.#judge()) this.#events.onChange();
	}

	#lookLater(): void {
		if (this.#timer !== null) clearTimeout(this.#timer);
		const nowMs = wallMs();
		const changes = this.#schedules().map(
			({ windows, zone }) => nextChange(windows, zone, nowMs) ?? Infinity,
		);
		const delayMs = Math.max(10, Math.min(LOOK_MS, ...changes.map((at) => at - nowMs)));
		this.#timer = setTimeout(() => {
			this.#timer = null;
			this.#look();
			this.#lookLater();
		}, delayMs);
	}

	#schedules() {
		const uplinks = (this.#model?.uplinks ?? []).map(({ name, schedule, timeZone }) => ({
			key: `uplink ${name}`,
			uplink: name,
			windows: schedule,
			zone: timeZone ?? this.#zone,
		}));
		const policies = (this.#model?.policies ?? []).map(({ name, schedule }) => ({
			key: `policy ${name}`,
			uplink: undefined,
			windows: schedule ?? [],
			zone: this.#zone,
		}));
		return [...uplinks, ...policies].filter(({ windows }) => windows.length > 0);
	}

	/** Returns whether anything changed. */
	#judge(): boolean {
		const nowMs = wallMs();
		const schedules = this.#schedules();
		const closed = schedules.filter(({ windows, zone }) => !isOpen(windows, zone, nowMs));
		const before = [this.#closed, this.#usedUp];
		this.#closed = new Set(closed.map(({ key }) => key));
		const usedUp = (this.#model?.uplinks ?? []).filter((uplink) => this.#usage.isUsedUp(uplink));
		this.#usedUp = new Set(usedUp.map(({ name }) => name));
		for (const { key, uplink } of schedules) {
			const isClosed = this.#closed.has(key);
			if (isClosed === (before[0]?.has(key) ?? false)) continue;
			const who = uplink === undefined ? key : "the uplink";
			this.#events.onSchedule(
				uplink,
				isClosed ? `${who} is out of its schedule now` : `the schedule of ${who} begins`,
			);
		}
		return !isEqual(before[0], this.#closed) || !isEqual(before[1], this.#usedUp);
	}
}

function isEqual(one: ReadonlySet<string> | undefined, other: ReadonlySet<string>): boolean {
	return one !== undefined && one.size === other.size && [...one].every((entry) => other.has(entry));
}

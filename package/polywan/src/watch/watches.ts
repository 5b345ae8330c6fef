import type { Model, Uplink } from "polywan-core/config/model";
import { FAMILIES, type Family } from "polywan-core/family";
import { findBadTargets } from "polywan-core/health/bad-targets";
import type { StateChange } from "polywan-core/health/event";
import type { UplinkState } from "polywan-core/health/state";
import type { Link } from "polywan-core/link";
import { type KernelIds, lowestBit } from "polywan-core/plan/ids";
import { FamilyWatch } from "./family-watch.ts";

const JUDGE_MS = 10_000;

export interface WatchEvents {
	onChange(watch: FamilyWatch, change: StateChange): void;
	/** A target is asked in another way from now on. */
	onMethod(watch: FamilyWatch, reason: string): void;
	/** Which targets count has changed. */
	onTargets(reason: string): void;
}

/** The watches of all uplinks that have, or had, a link. */
export class Watches {
	readonly #watches = new Map<string, FamilyWatch>();
	readonly #wasDown: ReadonlySet<string>;
	readonly #events: WatchEvents;
	readonly #timer: number;
	#bad: readonly string[] = [];

	/** `wasDown`: keys of what the daemon before this one knew to be down. */
	constructor(wasDown: readonly string[], events: WatchEvents) {
		this.#wasDown = new Set(wasDown);
		this.#events = events;
		this.#timer = setInterval(() => this.#judgeTargets(), JUDGE_MS);
	}

	/** Targets that answer on no uplink, and so do not count. */
	get badTargets(): readonly string[] {
		return this.#bad;
	}

	get(uplink: string, family: Family): FamilyWatch | null {
		return this.#watches.get(watchKey(uplink, family)) ?? null;
	}

	/** Brings the watches in line with the configuration and the links. */
	set(model: Model, links: readonly Link[], ids: KernelIds): void {
		const kept = new Set<string>();
		const byKey = new Map(links.map((link) => [watchKey(link.uplink, link.family), link]));
		for (const uplink of model.globals.enabled ? model.uplinks : []) {
			if (!uplink.enabled) continue;
			for (const family of uplink.families) {
				const link = byKey.get(watchKey(uplink.name, family)) ?? null;
				if (this.#setOne(uplink, family, link, model, ids)) kept.add(watchKey(uplink.name, family));
			}
		}
		for (const [key, watch] of this.#watches) {
			if (kept.has(key)) continue;
			watch.close();
			this.#watches.delete(key);
		}
	}

	states(): { uplink: string; family: Family; state: UplinkState }[] {
		return [...this.#watches.values()].map(({ uplink, family, state }) => ({ uplink, family, state }));
	}

	/** Keys of those that are down or not yet trusted again, for the next start. */
	down(): string[] {
		return this.states()
			.filter(({ state }) => state === "down" || state === "recovering")
			.map(({ uplink, family }) => watchKey(uplink, family));
	}

	close(): void {
		clearInterval(this.#timer);
		for (const watch of this.#watches.values()) watch.close();
		this.#watches.clear();
	}

	/** A target that is silent everywhere while others answer says nothing about the lines. */
	#judgeTargets(): void {
		const watches = [...this.#watches.values()];
		const bad = findBadTargets(watches.map((watch) => watch.hearing()));
		if (bad.join(" ") === this.#bad.join(" ")) return;
		const before = this.#bad;
		this.#bad = bad;
		for (const watch of watches) watch.ignore(bad);
		for (const target of bad)
			if (!before.includes(target))
				this.#events.onTargets(`target ${target} answers on no uplink while others do; it does not count`);
		for (const target of before)
			if (!bad.includes(target)) this.#events.onTargets(`target ${target} answers again`);
	}

	#setOne(uplink: Uplink, family: Family, link: Link | null, model: Model, ids: KernelIds): boolean {
		const key = watchKey(uplink.name, family);
		const watch = this.#watches.get(key);
		const id = ids.uplinks[uplink.name];
		if (id === undefined || (watch === undefined && link === null)) return false;
		const settings = { probing: uplink.probing, link, mark: id * lowestBit(model.globals.markMask) };
		if (watch === undefined)
			this.#watches.set(
				key,
				new FamilyWatch(
					uplink.name,
					family,
					settings,
					this.#wasDown.has(key),
					this.#events.onChange,
					this.#events.onMethod,
				),
			);
		else watch.set(settings);
		return true;
	}
}

function watchKey(uplink: string, family: Family): string {
	return `${uplink} ${family}`;
}

/** "ipv4" or "ipv6", as ubus and the user's script have it. */
export function familyName(family: Family): "ipv4" | "ipv6" {
	return family === FAMILIES[0] ? "ipv4" : "ipv6";
}

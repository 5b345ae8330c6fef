import type { FirewallChoice } from "polywan-core/config/model";
import { FAMILIES } from "polywan-core/family";
import { isIdle } from "polywan-core/plan/idle";
import type { Plan, PlanTable } from "polywan-core/plan/plan";
import { isEqual } from "polywan-core/remember";
import { diffIp, isEmptyChange } from "polywan-core/render/ip";
import type { TcpTuple } from "polywan-core/render/resets";
import type { Status } from "polywan-core/status";
import type { Death } from "../daemon/deaths.ts";
import { restoreUseRules } from "../use/use-rules.ts";
import { buryConnections } from "./burial.ts";
import type { Counter, Firewall } from "./firewall.ts";
import { KernelWatch } from "./kernel-watch.ts";
import { chooseFirewall, openFirewall } from "./open-firewall.ts";
import type { Culprit, KernelPart } from "./repair.ts";
import { applyRouting, diffRouting, isWithoutRules } from "./routing.ts";
import { isRoutingAdded } from "./routing-order.ts";
import { errorMessage } from "./tool.ts";

/** A change to legacy iptables that leaves every table's size as it was is found only by reading the rules. */
const IPTABLES_CHECK_MS = 30_000;
const MOST_ATTEMPTS = 3;

/** One change: from what is in force to what is wanted. */
export interface KernelChange {
	/** Null: nothing is known of what is there. */
	readonly before: Plan | null;
	readonly after: Plan;
	readonly firewall: FirewallChoice;
	readonly deaths: readonly Death[];
	/** Whether the packet filter may not be as `before` says. */
	readonly rebuildFilter: boolean;
	/** Whether rules and routes may not be as `before` says. */
	readonly suspectRouting: boolean;
	/** Whether something newer is wanted: where it is, what is not urgent is left to that. */
	isSuperseded(): boolean;
}

export interface KernelEvents {
	/** Somebody else changed what is ours, or may have. */
	onForeign(part: KernelPart, culprit: Culprit): void;
	/** Something that is no reason to do the change again. */
	onTrouble(trouble: string): void;
}

/** The packet filter, ip rules, routing tables and connections of this machine. */
export class Kernel {
	readonly #events: KernelEvents;
	readonly #watch: KernelWatch;
	#firewall: Firewall | null = null;
	#firewallName: Status["firewall"];
	/** Whether the configuration named that one, instead of leaving the choice to `auto`. */
	#isFirewallNamed = false;
	#warning: string | null = null;
	/** What a daemon before this one left: where to look for things to remove. */
	#inherited: Plan | null;
	#check: number | null = null;
	readonly #changed = new Set<KernelPart>();

	constructor(inherited: Plan | null, firewall: Status["firewall"], events: KernelEvents) {
		this.#events = events;
		this.#inherited = inherited;
		this.#firewallName = firewall;
		this.#watch = new KernelWatch((part, culprit) => events.onForeign(part, culprit));
	}

	get firewall(): Status["firewall"] {
		return this.#firewallName;
	}

	/** Why the back end is not the one the user asked for. */
	get warning(): string | null {
		return this.#warning;
	}

	/**
	 * Gives whether it was done whole; if not, new connections go where they should, and connections that died and
	 * routing are left to the next change. Rejects with ToolError or NetlinkError; then part of it may be in force.
	 */
	async change(change: KernelChange): Promise<boolean> {
		this.#watch.setRange(change.after);
		const whole = await this.#watch.duringOwnChange(() => this.#perform(change));
		if (whole) this.#inherited = null;
		return whole;
	}

	/** Other shares of those policies alone, where `before` is in force. Gives false where only `change` can do it. */
	changeShares(before: Plan, after: Plan, kernelNames: readonly string[]): boolean | Promise<boolean> {
		const firewall = this.#firewall;
		if (firewall === null || isIdle(before) || isIdle(after)) return false;
		// What is told of elements does not reach us, so that nothing has to be drained: this may happen fifty times a second.
		if (firewall.name === "nftables") return firewall.changeShares(before, after, kernelNames);
		return this.#watch.duringOwnChange(async () => firewall.changeShares(before, after, kernelNames));
	}

	/** What has been changed since the last call. */
	takeChanged(): ReadonlySet<KernelPart> {
		const changed = new Set(this.#changed);
		this.#changed.clear();
		return changed;
	}

	/** Repairs rules and routes that are not as they should be; starts no program when all is well. Rejects as `change`. */
	async checkRouting(plan: Plan): Promise<void> {
		await this.#watch.duringOwnChange(() => this.#settleRouting(plan, plan));
	}

	/** See Firewall. */
	takeRebuilt(): boolean {
		return this.#firewall?.takeRebuilt() ?? false;
	}

	/** See Firewall; `plan` is in force. */
	async reset(plan: Plan, tuples: readonly TcpTuple[]): Promise<void> {
		const firewall = this.#firewall;
		if (firewall === null || isIdle(plan)) return;
		await this.#watch.duringOwnChange(() => firewall.reset(plan, tuples));
	}

	async counters(plan: Plan): Promise<ReadonlyMap<string, Counter>> {
		return isIdle(plan) ? new Map() : ((await this.#firewall?.counters(plan)) ?? new Map());
	}

	close(): void {
		if (this.#check !== null) clearTimeout(this.#check);
		this.#firewall?.close();
		this.#watch.close();
	}

	async #perform(change: KernelChange): Promise<boolean> {
		const { before, after, firewall, deaths, rebuildFilter } = change;
		const replaced = await this.#selectFirewall(firewall);
		let isRoutingSettled = before !== null && !change.suspectRouting && isSameRouting(before, after);
		if (before === null && isWithoutRules(after)) {
			// Nothing looks at marks yet, so that both can be done at once; what waits for others for longer is begun first.
			const known = await this.#knownFilter(replaced !== null || rebuildFilter, before);
			const [routing, filter] = [() => this.#beginRouting(after), () => this.#changeFilter(known, after)];
			const isFilterFirst = this.#firewallName === "iptables";
			await allDone(isFilterFirst ? [filter(), routing()] : [routing(), filter()]);
			isRoutingSettled = true;
		} else {
			if (before === null || isRoutingAdded(before, after)) await this.#addRouting(before, after);
			await this.#changeFilter(await this.#knownFilter(replaced !== null || rebuildFilter, before), after);
		}
		await replaced?.remove();
		replaced?.close();
		if (rebuildFilter || replaced !== null || before?.markMask !== after.markMask)
			await this.#restoreUse(after);
		const canLeave = () => change.isSuperseded() && !isLeavingPlaces(before, after);
		if (canLeave()) return false;
		await this.#bury(after, deaths);
		if (canLeave()) return false;
		if (!isRoutingSettled) await this.#settleRouting(before, after);
		return true;
	}

	/** Commands that `polywan use` runs stay on their uplinks. */
	async #restoreUse(plan: Plan): Promise<void> {
		try {
			await restoreUseRules(plan, this.#firewallName);
		} catch (error) {
			this.#events.onTrouble(`commands of polywan use do not keep their uplink: ${errorMessage(error)}`);
		}
	}

	/** Gives the back end that is to be removed because another takes over. */
	async #selectFirewall(wanted: FirewallChoice): Promise<Firewall | null> {
		// What was named is not what auto would stay with when the name is taken back.
		const inForce = this.#isFirewallNamed ? "none" : this.#firewallName;
		const { name, warning } = chooseFirewall(wanted, inForce);
		this.#isFirewallNamed = wanted !== "auto";
		this.#warning = warning;
		if (name === this.#firewall?.name) return null;
		const inherited = this.#firewallName === "none" ? null : await openFirewall(this.#firewallName);
		const old = this.#firewall ?? inherited;
		this.#firewall = await openFirewall(name);
		this.#firewallName = name;
		this.#watch.setBackEnd(name);
		this.#scheduleCheck();
		return old?.name === name ? null : old;
	}

	async #knownFilter(isOther: boolean, before: Plan | null): Promise<Plan | null> {
		return isOther ? null : this.#findKnown(before);
	}

	/**
	 * What the kernel surely has. At first that is not known; but sets that packets filled for a daemon before this one are
	 * worth a look whether everything is as that one left it.
	 */
	async #findKnown(before: Plan | null): Promise<Plan | null> {
		const inherited = this.#inherited;
		if (before !== null || inherited === null || this.#firewall === null) return before;
		try {
			return hasFilledSets(inherited) && (await this.#firewall.adopt(inherited)) ? inherited : null;
		} catch {
			// Another version may have left it; then everything is made anew.
			return null;
		}
	}

	async #changeFilter(before: Plan | null, after: Plan): Promise<void> {
		if (isIdle(after)) await this.#firewall?.remove();
		else if (await this.#firewall?.change(before !== null && isIdle(before) ? null : before, after))
			this.#changed.add("packet filter");
	}

	/** Connections that stay do harm to their owners alone. */
	async #bury(plan: Plan, deaths: readonly Death[]): Promise<void> {
		if (this.#firewall === null || deaths.length === 0) return;
		try {
			await buryConnections(this.#firewall, plan, deaths);
		} catch (error) {
			const names = [...new Set(deaths.map(({ uplink }) => uplink))].join(", ");
			this.#events.onTrouble(`connections over ${names} were not ended: ${errorMessage(error)}`);
		}
	}

	/** All of it, where none of our rules are there. */
	async #beginRouting(after: Plan): Promise<void> {
		await applyRouting(diffIp({ ipRules: [], tables: [] }, after));
		await this.#settleRouting(null, after);
	}

	/** Tables and rules must be there before anything is sent to them. */
	async #addRouting(before: Plan | null, after: Plan): Promise<void> {
		const changes = diffRouting(after, after, this.#knownTables(before, after));
		await applyRouting({ ...changes, removeRules: [], removeRoutes: [] });
	}

	/** Does what is left, and reads back: what the kernel has then is what the plan says. */
	async #settleRouting(before: Plan | null, after: Plan): Promise<void> {
		let failure: unknown = null;
		for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
			const changes = diffRouting(after, after, this.#knownTables(before, after));
			if (isEmptyChange(changes)) return this.#clearOldPlace(before ?? this.#inherited, after);
			this.#changed.add("routing");
			failure = await applyRouting(changes).catch((error: unknown) => error);
		}
		throw (
			failure ?? new Error("ip rules or routes do not stay as they were set; something else changes them")
		);
	}

	/** Where the bases were others before, the old place is emptied. */
	async #clearOldPlace(old: Plan | null, after: Plan): Promise<void> {
		if (old === null) return;
		if (old.priorityBase === after.priorityBase && old.tableBase === after.tableBase) return;
		// Where old and new place overlap only what is not wanted goes.
		const changes = diffRouting(old, after, old.tables);
		await applyRouting({ ...changes, addRules: [], addRoutes: [] });
	}

	/** Tables that can hold routes of ours, wanted or not. */
	#knownTables(before: Plan | null, after: Plan): readonly Pick<PlanTable, "table" | "family">[] {
		const numbers = [after.tableBase, ...after.uplinks.map(({ id }) => after.tableBase + id)];
		const own = numbers.flatMap((table) => FAMILIES.map((family) => ({ table, family })));
		return [...own, ...(before?.tables ?? []), ...(this.#inherited?.tables ?? [])];
	}

	#scheduleCheck(): void {
		if (this.#check !== null) clearTimeout(this.#check);
		if (this.#firewallName !== "iptables") return;
		this.#check = setTimeout(() => {
			this.#events.onForeign("packet filter", "program");
			this.#scheduleCheck();
		}, IPTABLES_CHECK_MS);
	}
}

/** Ends when all have ended; rejects as the first that failed. */
async function allDone(work: readonly Promise<void>[]): Promise<void> {
	for (const outcome of await Promise.allSettled(work))
		if (outcome.status === "rejected") throw outcome.reason;
}

/** Of sticky rules, names and heavy connections. */
function hasFilledSets(plan: Plan): boolean {
	return plan.rules.some(({ sticky }) => sticky !== null) || plan.sets.some(({ kind }) => kind !== "named");
}

function isSameRouting(before: Plan, after: Plan): boolean {
	return (
		before.priorityBase === after.priorityBase &&
		before.tableBase === after.tableBase &&
		isEqual(before.ipRules, after.ipRules) &&
		isEqual(before.tables, after.tables)
	);
}

/** Whether something is to be removed where the next change does not look. */
function isLeavingPlaces(before: Plan | null, after: Plan): boolean {
	if (before === null) return false;
	if (before.priorityBase !== after.priorityBase || before.tableBase !== after.tableBase) return true;
	const kept = new Set(after.tables.map(({ table, family }) => `${family} ${table}`));
	return before.tables.some(({ table, family }) => !kept.has(`${family} ${table}`));
}

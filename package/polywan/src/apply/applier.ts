import type { FirewallChoice } from "polywan-core/config/model";
import type { Problem } from "polywan-core/config/problem";
import { FAMILIES } from "polywan-core/family";
import type { Plan, PlanTable } from "polywan-core/plan/plan";
import type { Status } from "polywan-core/status";
import { monotonicMs, wallMs } from "polywan-runtime/clock";
import type { Death } from "../deaths.ts";
import type { SavedState } from "../state-file.ts";
import { buryConnections } from "./burial.ts";
import { chooseFirewall, type Firewall, openFirewall } from "./firewall.ts";
import { applyRouting, diffRouting } from "./routing.ts";
import { isRoutingAdded } from "./routing-order.ts";
import { errorMessage } from "./tool.ts";

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 60_000;

/** What the kernel is to become. */
export interface Order {
	readonly plan: Plan;
	readonly firewall: FirewallChoice;
	/** Whose connections end with this change. */
	readonly deaths: readonly Death[];
}

export interface ApplyResult {
	readonly tookMs: number;
	readonly error: string | null;
	/** For the user: the first failure of a row, and the end of the row. */
	readonly event: string | null;
}

/**
 * Brings the kernel to the newest plan: one change at a time, those that came in between are skipped. A change that failed is
 * tried again from scratch.
 */
export class Applier {
	readonly #onResult: (result: ApplyResult) => void;
	readonly #onTrouble: (trouble: string) => void;
	#applied: Plan | null = null;
	/** What a daemon before this one left: where to look for things to remove. */
	#inherited: Plan | null;
	#firewall: Firewall | null = null;
	#firewallName: Status["firewall"];
	#warning: string | null = null;
	#waiting: Order | null = null;
	#latest: Order | null = null;
	#running = false;
	#closed = false;
	#failures = 0;
	#retry: number | null = null;
	#status: Status["apply"] = { ok: false, at_ms: 0, took_ms: 0, error: null };

	constructor(
		saved: Pick<SavedState, "plan" | "firewall">,
		onResult: (result: ApplyResult) => void,
		onTrouble: (trouble: string) => void,
	) {
		this.#onTrouble = onTrouble;
		this.#inherited = saved.plan;
		this.#firewallName = saved.firewall;
		this.#onResult = onResult;
	}

	get firewall(): Status["firewall"] {
		return this.#firewallName;
	}

	get status(): Status["apply"] {
		return this.#status;
	}

	/** For state.json. */
	get saved(): Pick<SavedState, "plan" | "firewall"> {
		return { plan: this.#applied ?? this.#inherited, firewall: this.#firewallName };
	}

	get problems(): readonly Problem[] {
		if (this.#warning === null) return [];
		const problem = { config: "polywan", section: "globals", option: "firewall", value: null } as const;
		return [{ ...problem, message: this.#warning, severity: "warning" }];
	}

	/** Asks for a plan; nothing happens when it is in force already. */
	apply(order: Order): void {
		// Connections of a change that is skipped must still end.
		const deaths = [...(this.#waiting?.deaths ?? []), ...order.deaths];
		this.#waiting = { ...order, deaths };
		void this.#run();
	}

	/** Something else changed the kernel: compare, and repair what differs. */
	repair(): void {
		if (this.#latest === null) return;
		this.#applied = null;
		this.apply({ ...(this.#waiting ?? this.#latest), deaths: [] });
	}

	close(): void {
		this.#closed = true;
		if (this.#retry !== null) clearTimeout(this.#retry);
	}

	async #run(): Promise<void> {
		if (this.#running) return;
		this.#running = true;
		for (let order = this.#take(); order !== null; order = this.#take()) await this.#perform(order);
		this.#running = false;
	}

	#take(): Order | null {
		const order = this.#waiting;
		this.#waiting = null;
		if (order === null || this.#closed) return null;
		this.#latest = order;
		const same = this.#applied !== null && JSON.stringify(this.#applied) === JSON.stringify(order.plan);
		return same && order.deaths.length === 0 && this.#failures === 0 ? this.#take() : order;
	}

	async #perform(order: Order): Promise<void> {
		const startMs = monotonicMs();
		try {
			await this.#change(order);
			this.#applied = order.plan;
			this.#inherited = null;
			this.#succeeded(monotonicMs() - startMs);
		} catch (error) {
			// Half of it may be in force: the next attempt assumes nothing.
			this.#inherited = this.#applied ?? this.#inherited;
			this.#applied = null;
			this.#failed(errorMessage(error), monotonicMs() - startMs, order);
		}
	}

	async #change(order: Order): Promise<void> {
		const { plan, deaths } = order;
		const before = this.#applied;
		const replaced = await this.#selectFirewall(order.firewall);
		const routingFirst = before === null || isRoutingAdded(before, plan);
		if (routingFirst) await this.#addRouting(plan);
		await this.#firewall?.change(replaced === null ? before : null, plan);
		await replaced?.remove();
		await this.#bury(plan, deaths);
		await this.#settleRouting(plan);
	}

	/** Connections that stay do harm to their owners alone: no reason to do the whole change again. */
	async #bury(plan: Plan, deaths: readonly Death[]): Promise<void> {
		if (this.#firewall === null || deaths.length === 0) return;
		try {
			await buryConnections(this.#firewall, plan, deaths);
		} catch (error) {
			this.#onTrouble(
				`connections of ${deaths.map(({ uplink }) => uplink).join(", ")} stay: ${errorMessage(error)}`,
			);
		}
	}

	/** Gives the back end that is to be removed because another takes over. */
	async #selectFirewall(wanted: FirewallChoice): Promise<Firewall | null> {
		const { name, warning } = await chooseFirewall(wanted);
		this.#warning = warning;
		if (name === this.#firewall?.name) return null;
		const inherited = this.#firewallName === "none" ? null : openFirewall(this.#firewallName);
		const old = this.#firewall ?? inherited;
		this.#firewall = openFirewall(name);
		this.#firewallName = name;
		return old?.name === name ? null : old;
	}

	/** Tables and rules must be there before anything is sent to them. */
	async #addRouting(plan: Plan): Promise<void> {
		const changes = await diffRouting(plan, plan, this.#knownTables(plan));
		await applyRouting({ ...changes, removeRules: [], removeRoutes: [] });
	}

	/** Does what is left, and reads back: what the kernel has then is what the plan says. */
	async #settleRouting(plan: Plan): Promise<void> {
		let failure: unknown = null;
		for (let attempt = 0; attempt < 3; attempt++) {
			const changes = await diffRouting(plan, plan, this.#knownTables(plan));
			const count = Object.values(changes).reduce((sum, list) => sum + list.length, 0);
			if (count === 0) return this.#clearOtherRange(plan);
			failure = await applyRouting(changes).catch((error: unknown) => error);
		}
		throw failure ?? new Error("ip rules or routes are not as they were set; something else changes them");
	}

	/** Where the bases were others before, the old places are emptied. */
	async #clearOtherRange(plan: Plan): Promise<void> {
		const old = this.#applied ?? this.#inherited;
		if (old === null) return;
		const samePlace = old.priorityBase === plan.priorityBase && old.tableBase === plan.tableBase;
		if (samePlace) return;
		// Where old and new overlap only what is not wanted goes.
		const changes = await diffRouting(old, plan, old.tables);
		await applyRouting({ ...changes, addRules: [], addRoutes: [] });
	}

	#knownTables(plan: Plan): readonly Pick<PlanTable, "table" | "family">[] {
		const uplinks = plan.uplinks.map(({ id }) => plan.tableBase + id);
		const own = [plan.tableBase, ...uplinks].flatMap((table) =>
			FAMILIES.map((family) => ({ table, family })),
		);
		return [...own, ...(this.#applied?.tables ?? []), ...(this.#inherited?.tables ?? [])];
	}

	#succeeded(tookMs: number): void {
		const event = this.#failures > 0 ? "the kernel takes changes again" : null;
		this.#failures = 0;
		this.#status = { ok: true, at_ms: Math.round(wallMs()), took_ms: Math.round(tookMs), error: null };
		this.#onResult({ tookMs, error: null, event });
	}

	#failed(error: string, tookMs: number, order: Order): void {
		this.#failures++;
		this.#status = { ok: false, at_ms: Math.round(wallMs()), took_ms: Math.round(tookMs), error };
		if (!this.#closed) {
			const delayMs = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** (this.#failures - 1));
			if (this.#retry !== null) clearTimeout(this.#retry);
			this.#retry = setTimeout(() => this.apply(this.#waiting ?? order), delayMs);
		}
		this.#onResult({ tookMs, error, event: this.#failures === 1 ? error : null });
	}
}

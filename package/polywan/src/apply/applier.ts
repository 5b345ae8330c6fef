import type { FirewallChoice } from "polywan-core/config/model";
import type { Problem } from "polywan-core/config/problem";
import type { Plan } from "polywan-core/plan/plan";
import { isEqual } from "polywan-core/remember";
import type { TcpTuple } from "polywan-core/render/resets";
import type { Status } from "polywan-core/status";
import { monotonicMs, wallMs } from "polywan-runtime/clock";
import type { Death } from "../daemon/deaths.ts";
import type { SavedState } from "../daemon/state-file.ts";
import type { Counter } from "./firewall.ts";
import { Kernel } from "./kernel.ts";
import { type Culprit, type KernelPart, type Notices, Repairs, renderRepair } from "./repair.ts";
import { errorMessage } from "./tool.ts";

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 60_000;
/** How many times as long as a change of shares took none follows. */
const ADJUSTMENT_REST = 24;
const MOST_REST_MS = 250;

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
	/** For the user: what another program had changed and is as it should be again. */
	readonly repair: string | null;
	/** Sets that others fill are empty. */
	readonly rebuilt: boolean;
}

export interface ApplierEvents {
	onResult(result: ApplyResult): void;
	onTrouble(trouble: string): void;
}

/**
 * Brings the kernel to the newest plan: one change at a time, those that came in between are skipped. A change that failed is
 * tried again, from whatever is there then.
 */
export class Applier {
	readonly #events: ApplierEvents;
	readonly #kernel: Kernel;
	/** What the kernel has; null when that is not known. */
	#applied: Plan | null = null;
	#appliedChoice: FirewallChoice | null = null;
	#lastApplied: Plan | null;
	#waiting: Order | null = null;
	#latest: Order | null = null;
	#running: Promise<void> | null = null;
	readonly #suspect = new Set<KernelPart>();
	#failures = 0;
	/** Whose connections a change that failed did not end. */
	#unburied: readonly Death[] = [];
	readonly #repairs = new Repairs();
	#repairTimer: number | null = null;
	readonly #adjusted = new Set<string>();
	#adjustment: Order | null = null;
	#adjustTimer: number | null = null;
	#adjustmentMs = 0;
	#timer: number | null = null;
	#closed = false;
	#status: Status["apply"] = { ok: false, at_ms: 0, took_ms: 0, error: null };

	constructor(saved: Pick<SavedState, "plan" | "firewall">, events: ApplierEvents) {
		this.#events = events;
		this.#lastApplied = saved.plan;
		this.#kernel = new Kernel(saved.plan, saved.firewall, {
			onForeign: (part, culprit) => this.#repairSoon(part, culprit),
			onTrouble: (trouble) => events.onTrouble(trouble),
		});
	}

	get firewall(): Status["firewall"] {
		return this.#kernel.firewall;
	}

	get status(): Status["apply"] {
		return this.#status;
	}

	/** For state.json. */
	get saved(): Pick<SavedState, "plan" | "firewall"> {
		return { plan: this.#lastApplied, firewall: this.firewall };
	}

	get problems(): readonly Problem[] {
		const message = this.#kernel.warning;
		if (message === null) return [];
		return [
			{
				config: "polywan",
				section: "globals",
				option: "firewall",
				value: null,
				message,
				severity: "warning",
			},
		];
	}

	/** Asks for a plan; starts no program when it is in force already. */
	apply(order: Order): void {
		// Connections of a change that is skipped must still end.
		const deaths = [...new Set([...this.#unburied, ...(this.#waiting?.deaths ?? []), ...order.deaths])];
		this.#unburied = [];
		this.#waiting = { ...order, deaths };
		this.#adjustment = null;
		this.#adjusted.clear();
		this.#running ??= this.#run();
	}

	/**
	 * Asks for `plan`, which differs from the one asked for before in the shares of those policies alone. Such changes come
	 * the slower the longer one takes: they are to cost little.
	 */
	adjust(plan: Plan, kernelNames: readonly string[]): void {
		if (this.#latest === null) return;
		const order = { ...this.#latest, plan };
		if (this.#waiting !== null) {
			this.#waiting = { ...this.#waiting, plan };
			return;
		}
		for (const name of kernelNames) this.#adjusted.add(name);
		this.#latest = order;
		this.#adjustment = order;
		this.#adjustIfFree();
	}

	/**
	 * Before anything else is done about an uplink that died: `plan`, which differs from the one asked for before in shares of those
	 * policies alone, where that takes no program. Gives whether it is in force; if not, the next `apply` does it.
	 */
	divert(plan: Plan, kernelNames: readonly string[]): boolean {
		const before = this.#applied;
		if (before === null || this.#latest === null || this.#running !== null) return false;
		const names = [...this.#adjusted, ...kernelNames];
		if (this.firewall !== "nftables" || this.#kernel.changeShares(before, plan, names) !== true) return false;
		this.#adjusted.clear();
		this.#adjustment = null;
		this.#latest = { ...this.#latest, plan };
		this.#applied = plan;
		this.#lastApplied = plan;
		return true;
	}

	#adjustIfFree(): void {
		if (this.#adjustment !== null && this.#running === null && this.#adjustTimer === null) this.#adjustNow();
	}

	#adjustNow(): void {
		const order = this.#adjustment;
		const before = this.#applied;
		const names = [...this.#adjusted];
		this.#adjusted.clear();
		this.#adjustment = null;
		if (order === null || this.#closed) return;
		if (before === null) {
			this.apply(order);
			return;
		}
		const startMs = monotonicMs();
		const outcome = this.#kernel.changeShares(before, order.plan, names);
		if (typeof outcome === "boolean") this.#adjustEnded(order, outcome, monotonicMs() - startMs);
		else this.#running = this.#finishAdjustment(order, outcome, startMs);
	}

	async #finishAdjustment(order: Order, outcome: Promise<boolean>, startMs: number): Promise<void> {
		const done = await outcome.catch(() => false);
		this.#adjustEnded(order, done, monotonicMs() - startMs);
		// What came in meanwhile.
		await this.#run();
	}

	#adjustEnded(order: Order, done: boolean, tookMs: number): void {
		if (!done) {
			if (this.#running === null) this.apply(order);
			else this.#waiting ??= order;
			return;
		}
		this.#applied = order.plan;
		this.#lastApplied = order.plan;
		this.#adjustmentMs = tookMs + Math.min(tookMs * ADJUSTMENT_REST, MOST_REST_MS);
		this.#adjustTimer = setTimeout(
			() => {
				this.#adjustTimer = null;
				if (this.#adjustment !== null) this.#adjustNow();
			},
			Math.min(tookMs * ADJUSTMENT_REST, MOST_REST_MS),
		);
	}

	/** From one change of shares to the next, as it was the last time. */
	get adjustmentMs(): number {
		return this.#adjustmentMs;
	}

	/**
	 * Rules and routes may be gone although the plan is the same: the kernel removes what belongs to a device that goes down. The next
	 * order looks after them.
	 */
	suspectRouting(): void {
		this.#suspect.add("routing");
	}

	/** What matched each rule of the plan in force. Rejects with ToolError or NetlinkError. */
	async counters(): Promise<ReadonlyMap<string, Counter>> {
		return this.#lastApplied === null ? new Map() : this.#kernel.counters(this.#lastApplied);
	}

	/** Packets of those connections meet a reset from now on. Rejects with ToolError. */
	async reset(tuples: readonly TcpTuple[]): Promise<void> {
		if (this.#applied !== null) await this.#kernel.reset(this.#applied, tuples);
	}

	/** Ends when nothing is under way: what was asked for is in force, or failed. */
	idle(): Promise<void> {
		return this.#running ?? Promise.resolve();
	}

	close(): void {
		this.#closed = true;
		this.#schedule(null);
		for (const timer of [this.#repairTimer, this.#adjustTimer]) if (timer !== null) clearTimeout(timer);
		this.#kernel.close();
	}

	async #run(): Promise<void> {
		for (let order = this.#waiting; order !== null && !this.#closed; order = this.#waiting) {
			this.#waiting = null;
			this.#latest = { ...order, deaths: [] };
			await this.#perform(order);
		}
		this.#running = null;
		this.#adjustIfFree();
	}

	async #perform(order: Order): Promise<void> {
		const startMs = monotonicMs();
		const suspect = new Set(this.#suspect);
		this.#suspect.clear();
		const noticed = this.#repairs.take(startMs);
		const inForce = this.#isInForce(order) && !suspect.has("packet filter");
		if (inForce && suspect.size === 0) return;
		try {
			if (inForce) await this.#kernel.checkRouting(order.plan);
			else if (!(await this.#change(order, suspect))) this.#leaveRest(order);
			const samePlan = this.#isInForce(order);
			this.#applied = order.plan;
			this.#appliedChoice = order.firewall;
			this.#lastApplied = order.plan;
			this.#ended(order, null, monotonicMs() - startMs, samePlan, noticed);
		} catch (error) {
			this.#applied = null;
			this.#ended(order, errorMessage(error), monotonicMs() - startMs, false, noticed);
		}
	}

	#isInForce({ plan, firewall, deaths }: Order): boolean {
		if (this.#applied === null || deaths.length > 0 || firewall !== this.#appliedChoice) return false;
		return isEqual(this.#applied, plan);
	}

	#change({ plan, firewall, deaths }: Order, suspect: ReadonlySet<KernelPart>): Promise<boolean> {
		const isSuperseded = () => this.#waiting !== null;
		return this.#kernel.change({
			before: this.#applied,
			after: plan,
			firewall,
			deaths,
			rebuildFilter: suspect.has("packet filter"),
			suspectRouting: suspect.has("routing"),
			isSuperseded,
		});
	}

	/** The change that waits does what this one did not come to. */
	#leaveRest({ deaths }: Order): void {
		this.#suspect.add("routing");
		if (this.#waiting !== null)
			this.#waiting = { ...this.#waiting, deaths: [...deaths, ...this.#waiting.deaths] };
	}

	#ended(order: Order, error: string | null, tookMs: number, samePlan: boolean, noticed: Notices): void {
		const parts = this.#kernel.takeChanged();
		const repair = error === null ? renderRepair(noticed, parts, monotonicMs()) : null;
		if (error !== null) this.#repairs.giveBack(noticed);
		const failedBefore = this.#failures > 0;
		this.#failures = error === null ? 0 : this.#failures + 1;
		this.#status = { ok: error === null, at_ms: Math.round(wallMs()), took_ms: Math.round(tookMs), error };
		if (error !== null) {
			this.#unburied = [...this.#unburied, ...order.deaths];
			const delayMs = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** (this.#failures - 1));
			this.#schedule(delayMs, () => this.apply(this.#waiting ?? this.#latest ?? order));
		} else this.#schedule(null);
		const recovered = failedBefore && error === null ? "the kernel takes changes again" : null;
		const event = error !== null && !failedBefore ? error : recovered;
		const changed = !samePlan || parts.size > 0;
		const rebuilt = this.#kernel.takeRebuilt();
		if (changed || rebuilt || event !== null)
			this.#events.onResult({ tookMs, error, event, repair, rebuilt });
	}

	#repairSoon(part: KernelPart, culprit: Culprit): void {
		this.#suspect.add(part);
		const delayMs = this.#repairs.notice(part, culprit, monotonicMs());
		if (delayMs === null || this.#closed) return;
		if (this.#repairTimer !== null) clearTimeout(this.#repairTimer);
		this.#repairTimer = setTimeout(() => {
			if (this.#latest !== null) this.apply(this.#waiting ?? this.#latest);
		}, delayMs);
	}

	/** Until a change that failed is tried again. */
	#schedule(delayMs: number | null, run: () => void = () => {}): void {
		if (this.#timer !== null) clearTimeout(this.#timer);
		this.#timer = delayMs === null || this.#closed ? null : setTimeout(run, delayMs);
	}
}

import type { Model } from "polywan-core/config/model";
import type { Problem } from "polywan-core/config/problem";
import type { Family } from "polywan-core/family";
import type { InterfaceDevices, Link } from "polywan-core/link";
import { buildPlan } from "polywan-core/plan/build";
import { divertShares } from "polywan-core/plan/divert";
import { allocateKernelIds, type KernelIds } from "polywan-core/plan/ids";
import type { Plan } from "polywan-core/plan/plan";
import { adjustShares } from "polywan-core/plan/policies";
import type { Rebalance } from "../load/balancer.ts";
import type { FamilyWatch } from "../watch/family-watch.ts";
import { findDeaths } from "./deaths.ts";
import type { Parts } from "./parts.ts";
import { renderShareChanges } from "./share-changes.ts";
import type { SavedState } from "./state-file.ts";

/** Answers of all uplinks to their first probes come within this. */
const CALM_MS = 50;

/** Whatever happens (to links, probes, the configuration, wishes) leads to one place, which makes the next plan for the applier. */
export class Decider {
	readonly #parts: Parts;
	readonly #save: () => void;
	#ids: KernelIds;
	#idProblems: readonly Problem[] = [];
	#links: readonly Link[] | null = null;
	#devices: InterfaceDevices = new Map();
	#plan: Plan | null;
	/** The plan before uplinks died whose connections go elsewhere already; null: none has. */
	#undiverted: Plan | null = null;
	#deciding = false;
	#calmTimer: number | null = null;

	/** `saved`: of the daemon before this one, so that numbers and shares stay. `save`: what the next start takes over is another now. */
	constructor(parts: Parts, saved: Pick<SavedState, "ids" | "plan">, save: () => void) {
		this.#parts = parts;
		this.#ids = saved.ids;
		this.#plan = saved.plan;
		this.#save = save;
	}

	/** The last one decided on; null: nothing was, and nothing was taken over. */
	get plan(): Plan | null {
		return this.#plan;
	}

	get ids(): KernelIds {
		return this.#ids;
	}

	/** Names that got no number. */
	get idProblems(): readonly Problem[] {
		return this.#idProblems;
	}

	/** Null: not known yet. */
	get links(): readonly Link[] | null {
		return this.#links;
	}

	get devices(): InterfaceDevices {
		return this.#devices;
	}

	/** The configuration is another: its names get their numbers. */
	takeConfig(): void {
		const { ids, problems } = allocateKernelIds(this.#model, this.#ids);
		this.#ids = ids;
		this.#idProblems = problems;
	}

	takeLinks(links: readonly Link[], devices: InterfaceDevices): void {
		this.#links = links;
		this.#devices = devices;
		this.soon();
	}

	/** Everything that happened in this turn of the loop leads to one plan. */
	soon(): void {
		if (this.#deciding) return;
		this.#deciding = true;
		this.#parts.news.hold();
		this.#stopCalm();
		queueMicrotask(() => this.#decide());
	}

	/** What changes nothing for new connections must not hold up what is under way: at the start every uplink answers, each by itself. */
	later(): void {
		this.#calmTimer ??= setTimeout(() => this.soon(), CALM_MS);
	}

	/** Ends when what was decided is in force, or failed. */
	async settled(): Promise<void> {
		await Promise.resolve();
		await this.#parts.applier.idle();
	}

	/** New connections go elsewhere at once where others can take them; everything else that a death means can wait for the whole plan. */
	divert(watch: FamilyWatch): void {
		const { watches, states, applier } = this.#parts;
		const { uplink, family } = watch;
		const plan = this.#plan;
		const isKnown = watches.get(uplink, family) === watch;
		if (plan === null || !isKnown || states.isUsable(uplink, family)) return;
		const shares = { ...this.#shareFacts(), isEligible: states.isUsable };
		const adjustments = divertShares(plan, uplink, family, { model: this.#model, ids: this.#ids, shares });
		if (adjustments.length === 0) return;
		const next = adjustShares(plan, adjustments);
		const names = adjustments.map(({ kernelName }) => kernelName);
		if (!applier.divert(next, names)) return;
		this.#undiverted ??= plan;
		this.#plan = next;
	}

	/** What is measured asks for other shares: those alone are changed, unless routes follow them. */
	rebalance({ adjustments, reasons }: Rebalance): void {
		const plan = this.#plan;
		if (plan === null || this.#deciding) return;
		const next = adjustShares(plan, adjustments);
		if (next === plan) return;
		for (const reason of reasons) this.#parts.news.tell({ kind: "shares", reason });
		const { defaultTarget } = plan;
		const names = adjustments.map(({ kernelName }) => kernelName);
		if (reasons.length > 0 && defaultTarget.kind === "policy" && names.includes(defaultTarget.kernelName))
			this.soon();
		else {
			this.#plan = next;
			this.#parts.applier.adjust(next, names);
		}
	}

	close(): void {
		this.#stopCalm();
	}

	get #model(): Model {
		return this.#parts.config.model;
	}

	#stopCalm(): void {
		if (this.#calmTimer !== null) clearTimeout(this.#calmTimer);
		this.#calmTimer = null;
	}

	#decide(): void {
		const { config, farEnds, news } = this.#parts;
		if (this.#links !== null && config.usable) this.#handOn(this.#links);
		// What that led to is part of this decision.
		this.#deciding = false;
		news.release();
		if (this.#links !== null && config.usable && farEnds.isReady) this.#decideOn(this.#links);
		news.publish();
	}

	#decideOn(links: readonly Link[]): void {
		const { applier, balancer, standby, news } = this.#parts;
		const before = this.#undiverted ?? this.#plan;
		this.#undiverted = null;
		const plan = this.#makePlan(links);
		this.#plan = plan;
		if (before !== null && isMoved(before, plan)) this.#warnOfMove();
		const deaths = before === null ? [] : findDeaths(before, plan, this.#stateOf);
		applier.apply({ plan, firewall: this.#model.globals.firewall, deaths });
		// A kill before the change is done must not make the next start trust what is known to be down; the change goes first.
		setTimeout(() => this.#save(), 0);
		const reasons = [...renderShareChanges(before, plan), ...balancer.end(plan)];
		for (const reason of reasons) news.tell({ kind: "shares", reason });
		standby.set(this.#model, plan);
	}

	#makePlan(links: readonly Link[]): Plan {
		const { applier, balancer, farEnds, hash, rules, states, terms } = this.#parts;
		rules.setModel(this.#model, applier.firewall);
		balancer.begin(this.#model, this.#ids);
		if (applier.firewall !== "iptables") hash.setModel(this.#model);
		return buildPlan({
			...rules.facts,
			...this.#shareFacts(),
			measure: balancer.measure,
			model: this.#model,
			links,
			states: states.list(),
			ids: this.#ids,
			devices: this.#devices,
			farEnds: farEnds.known,
			limitOf: (uplink) => terms.limit(uplink),
		});
	}

	/** Who follows configuration and links by itself. */
	#handOn(links: readonly Link[]): void {
		const { publicAddresses, states, terms, watches } = this.#parts;
		states.setModel(this.#model);
		watches.set(this.#model, links, this.#ids);
		terms.set(this.#model, links);
		publicAddresses.set(this.#model, links, this.#ids.uplinks);
	}

	/** What shares depend on besides the configuration, states and measurements. */
	#shareFacts() {
		const { hash, states, terms, wishes } = this.#parts;
		return {
			customWeights: wishes.weights,
			canHash: hash.isThere,
			standingOf: states.standing,
			isClosed: (policy: string) => terms.isClosed(policy),
		};
	}

	readonly #stateOf = (uplink: string, family: Family) => this.#parts.states.effective({ uplink, family });

	#warnOfMove(): void {
		const reason = "mark mask, tables or priorities are others now; connections that are there start anew";
		this.#parts.log.write("warning", reason);
		this.#parts.news.tell({ kind: "config", reason });
	}
}

/** Whether nothing in the kernel is where it was. */
function isMoved(before: Plan, after: Plan): boolean {
	return (
		before.markMask !== after.markMask ||
		before.tableBase !== after.tableBase ||
		before.priorityBase !== after.priorityBase
	);
}

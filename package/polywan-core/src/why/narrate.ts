import type { Model } from "../config/model.ts";
import type { Family } from "../family.ts";
import type { Plan, PlanTarget } from "../plan/plan.ts";
import { explainMembers, type WhyNot } from "./members.ts";

/** What a target is, in words. */
export interface NamedTarget {
	/** Name of the policy, where it is one. */
	readonly policy: string | null;
	/** One line each: what it is, and what part each member has in it. */
	readonly lines: readonly string[];
}

const HASH = "connections with the same addresses and ports always take the same one";

/** Names targets of a plan in one family. */
export class Narrator {
	readonly #plan: Plan;
	readonly #model: Model;
	readonly #family: Family;
	readonly #whyNot: WhyNot;

	constructor(plan: Plan, model: Model, family: Family, whyNot: WhyNot) {
		this.#plan = plan;
		this.#model = model;
		this.#family = family;
		this.#whyNot = whyNot;
	}

	nameTarget(target: PlanTarget): NamedTarget {
		if (target.kind === "verdict") return { policy: null, lines: [`its target is ${target.verdict}`] };
		if (target.kind === "policy") return this.#namePolicy(target.kernelName);
		const name = this.#plan.uplinks.find(({ id }) => id === target.id)?.name ?? "";
		const state = this.#isEligible(name) ? "is usable" : this.reason(name);
		return { policy: null, lines: [`its target is uplink '${name}', which ${state}`] };
	}

	/** Completes "the uplink …": why it takes no new connections. */
	reason(uplink: string): string {
		const given = this.#whyNot(uplink, this.#family);
		if (given !== null) return given;
		const planned = this.#plan.uplinks.find(({ name }) => name === uplink);
		if (planned === undefined) return "is switched off";
		return planned.devices[this.#family] === null
			? `has no IPv${this.#family} link`
			: "does not take new connections now";
	}

	#namePolicy(kernelName: string): NamedTarget {
		const planned = this.#plan.policies.find((entry) => entry.kernelName === kernelName);
		const policy = this.#model.policies.find(({ name }) => name === planned?.name);
		if (planned === undefined || policy === undefined) return { policy: null, lines: [] };
		const members = explainMembers(
			policy,
			planned.shares[this.#family],
			this.#plan,
			(name) => this.#isEligible(name),
			(name) => this.reason(name),
		);
		const way = planned.variant === undefined ? policy.mode : `${policy.mode}: ${planned.variant}`;
		const isHash = planned.shares[this.#family].kind === "hash";
		const head = `policy '${policy.name}' (${way})`;
		return { policy: policy.name, lines: [head, ...members, ...(isHash ? [HASH] : [])] };
	}

	#isEligible(uplink: string): boolean {
		return this.#plan.uplinks.find(({ name }) => name === uplink)?.eligible[this.#family] ?? false;
	}
}

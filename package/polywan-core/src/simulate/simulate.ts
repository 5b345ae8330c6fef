import type { Model } from "../config/model.ts";
import type { Family } from "../family.ts";
import { FAMILIES } from "../family.ts";
import type { UplinkState } from "../health/state.ts";
import type { Link } from "../link.ts";
import { buildPlan } from "../plan/build.ts";
import { allocateKernelIds, NO_IDS } from "../plan/ids.ts";
import type { Plan, PlanShare } from "../plan/plan.ts";
import { countSlots } from "../policy/slots.ts";
import type { Standing } from "../policy/standing.ts";
import { Agenda } from "./agenda.ts";
import { SimulatedLine } from "./line.ts";
import { followsMeasurements, SimulatedMeasure } from "./measure.ts";
import type { Scenario } from "./scenario.ts";

/** Something that happened in a simulation. */
export type Happening =
	| { readonly kind: "event"; readonly atMs: number; readonly text: string }
	| {
			readonly kind: "state";
			readonly atMs: number;
			readonly uplink: string;
			readonly family: Family;
			readonly from: UplinkState;
			readonly to: UplinkState;
			readonly reason: string;
	  }
	/** The shares of a policy from now on; no uplinks: its verdict is in force. */
	| {
			readonly kind: "shares";
			readonly atMs: number;
			readonly policy: string;
			readonly family: Family;
			readonly verdict: string | null;
			readonly uplinks: readonly { readonly name: string; readonly percent: number }[];
	  };

/** How long each uplink was in each state, per family. */
export interface StateTime {
	readonly uplink: string;
	readonly family: Family;
	readonly state: UplinkState;
	readonly ms: number;
}

export interface Simulation {
	readonly happenings: readonly Happening[];
	readonly times: readonly StateTime[];
	readonly endMs: number;
}

/**
 * Replays a scenario against a configuration with a virtual clock: the same monitors, shares and plan as in the router. `random`: 0 ≤ n < 1,
 * decides which packets are lost; the same row of numbers gives the same simulation.
 */
export function simulate(model: Model, scenario: Scenario, random: () => number): Simulation {
	return new Simulator(model, scenario, random).run();
}

/** How often policies that follow measurements look at them, as the daemon does. */
const LOOK_MS = 500;

class Simulator {
	readonly #model: Model;
	readonly #scenario: Scenario;
	readonly #agenda = new Agenda();
	readonly #lines: readonly SimulatedLine[];
	readonly #ids;
	readonly #measure: SimulatedMeasure;
	readonly #happenings: Happening[] = [];
	readonly #shown = new Map<string, string>();
	readonly #times = new Map<string, StateTime>();
	#timedMs = 0;
	#isDue = false;

	constructor(model: Model, scenario: Scenario, random: () => number) {
		this.#model = model;
		this.#scenario = scenario;
		this.#ids = allocateKernelIds(model, NO_IDS).ids;
		this.#lines = model.uplinks
			.filter((uplink) => uplink.enabled && model.globals.enabled)
			.flatMap((uplink) =>
				uplink.families.map(
					(family) =>
						new SimulatedLine(uplink, family, this.#agenda, random, (line, change, nowMs) => {
							this.#keepTimes(nowMs, line, change.from);
							const { name } = line.uplink;
							this.#happenings.push({ kind: "state", atMs: nowMs, uplink: name, family, ...change });
							this.#decideSoon(nowMs);
						}),
				),
			);
		this.#measure = new SimulatedMeasure(this.#lines);
	}

	run(): Simulation {
		const { events, endMs } = this.#scenario;
		for (const { atMs, uplink, family, change, text } of events) {
			this.#agenda.at(atMs, (nowMs) => {
				this.#happenings.push({ kind: "event", atMs: nowMs, text });
				for (const line of this.#lines) {
					const isMeant =
						(uplink === null || line.uplink.name === uplink) && (family === null || line.family === family);
					if (isMeant) line.apply(change, nowMs);
				}
				this.#decideSoon(nowMs);
			});
		}
		this.#agenda.at(0, () => {
			for (const line of this.#lines) line.start();
			this.#decideSoon(0);
		});
		if (followsMeasurements(this.#model)) this.#agenda.at(LOOK_MS, (nowMs) => this.#look(nowMs));
		while (this.#agenda.nextMs <= endMs && this.#agenda.runNext());
		this.#keepTimes(endMs);
		return { happenings: this.#happenings, times: [...this.#times.values()], endMs };
	}

	/** What is measured changes all the time. */
	#look(nowMs: number): void {
		this.#decideSoon(nowMs);
		this.#agenda.at(nowMs + LOOK_MS, (dueMs) => this.#look(dueMs));
	}

	/** Everything that happens at one moment leads to one decision, as in the daemon. */
	#decideSoon(nowMs: number): void {
		if (this.#isDue) return;
		this.#isDue = true;
		this.#agenda.at(nowMs, () => {
			this.#isDue = false;
			this.#decide(nowMs);
		});
	}

	#decide(nowMs: number): void {
		const plan = buildPlan({
			model: this.#model,
			links: this.#lines.filter(({ hasLink }) => hasLink).map((line, index) => linkOf(line, index)),
			states: this.#lines.map(({ uplink, family, state }) => ({ uplink: uplink.name, family, state })),
			ids: this.#ids,
			measure: this.#measure.at(nowMs),
			standingOf: (uplink, family) => this.#standing(uplink, family),
		});
		for (const family of FAMILIES) {
			for (const { name, variant, shares } of plan.policies) {
				const shown = variant === undefined ? name : `${name} (${variant})`;
				this.#show(plan, shown, family, shares[family], nowMs);
			}
		}
	}

	/** What a degraded uplink is worth. */
	#standing(name: string, family: Family): Standing {
		const line = this.#lines.find(({ uplink, family: own }) => uplink.name === name && own === family);
		const when = line?.uplink.whenDegraded ?? "keep";
		if (when === "keep" || line?.state !== "degraded") return "normal";
		return when === "demote" ? "demoted" : "deweighted";
	}

	#show(plan: Plan, policy: string, family: Family, share: PlanShare, atMs: number): void {
		const uplinks = share.kind === "verdict" ? [] : percentages(plan, share.slots);
		const verdict = share.kind === "verdict" ? share.verdict : null;
		const key = `${family} ${policy}`;
		const text = JSON.stringify([verdict, uplinks]);
		if (this.#shown.get(key) === text) return;
		this.#shown.set(key, text);
		this.#happenings.push({ kind: "shares", atMs, policy, family, verdict, uplinks });
	}

	/** Adds the time since the last change to the state each line was in. */
	#keepTimes(nowMs: number, changed: SimulatedLine | null = null, from: UplinkState | null = null): void {
		const ms = nowMs - this.#timedMs;
		this.#timedMs = nowMs;
		for (const line of this.#lines) {
			const state = line === changed && from !== null ? from : line.state;
			const key = `${line.uplink.name} ${line.family} ${state}`;
			const before = this.#times.get(key)?.ms ?? 0;
			if (before + ms > 0)
				this.#times.set(key, { uplink: line.uplink.name, family: line.family, state, ms: before + ms });
		}
	}
}

function percentages(plan: Plan, slots: readonly number[]): { name: string; percent: number }[] {
	const counts = [...countSlots(slots)].sort((a, b) => a.id - b.id);
	return counts.map(({ id, weight }) => ({
		name: plan.uplinks.find((uplink) => uplink.id === id)?.name ?? "",
		percent: Math.round((1000 * weight) / slots.length) / 10,
	}));
}

/** A link as netifd would tell it; what it is called does not matter here. */
function linkOf({ uplink, family }: SimulatedLine, index: number): Link {
	return {
		uplink: uplink.name,
		family,
		interface: uplink.interfaces[0] ?? uplink.name,
		device: `line${index}`,
		ifindex: index + 1,
		addresses: [
			family === 4
				? { address: `100.64.${index % 256}.2`, prefixLength: 24 }
				: { address: `2001:db8:${index.toString(16)}::2`, prefixLength: 64 },
		],
		prefixes: [],
		gateway: family === 4 ? `100.64.${index % 256}.1` : "fe80::1",
		dnsServers: [],
		mtu: 1500,
		carrier: true,
	};
}

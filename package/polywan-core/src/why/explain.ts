import type { Model } from "../config/model.ts";
import type { Plan, PlanRule, PlanShare, PlanTarget, PlanUplink } from "../plan/plan.ts";
import { countSlots } from "../policy/slots.ts";
import { renderLimit } from "../quota/render-limit.ts";
import type { Explanation, Outcome, Step } from "./explanation.ts";
import { findArrival, findBypass, findDelegations, findOwner } from "./lookup.ts";
import { matchRule } from "./match.ts";
import type { WhyNot } from "./members.ts";
import { Narrator } from "./narrate.ts";
import { followMark } from "./outcome.ts";
import type { Packet, RouteFacts } from "./packet.ts";
import { buildSetFacts, type SetFacts } from "./set-facts.ts";
import { whyWaiting } from "./waiting.ts";
import { groupByRule, matchWays } from "./ways.ts";

/** Neighbour discovery (RFC 4861): never touched. */
const ICMPV6 = 58;

/**
 * Which way the first packet of a connection goes, by the plan that is in force. Connections that exist stay where they are.
 * `whyNot` says why an uplink is not used now, where that is known.
 */
export function explain(
	plan: Plan,
	model: Model,
	packet: Packet,
	facts: RouteFacts,
	whyNot: WhyNot = () => null,
): Explanation {
	return new Explainer(plan, model, packet, facts, whyNot).run();
}

class Explainer {
	readonly #plan: Plan;
	readonly #model: Model;
	readonly #packet: Packet;
	readonly #facts: RouteFacts;
	readonly #narrator: Narrator;
	readonly #sets: SetFacts;
	readonly #steps: Step[] = [];
	readonly #outcomes: Outcome[] = [];
	#rule: string | null = null;
	readonly #candidates: string[] = [];
	#policy: string | null = null;
	#isOpen = false;
	#direction: Explanation["direction"];

	constructor(plan: Plan, model: Model, packet: Packet, facts: RouteFacts, whyNot: WhyNot) {
		this.#plan = plan;
		this.#model = model;
		this.#packet = packet;
		this.#facts = facts;
		this.#sets = buildSetFacts(plan, facts.members ?? new Map());
		this.#narrator = new Narrator(plan, model, packet.family, whyNot);
		this.#direction = packet.incomingDevice === null ? "own" : "forwarded";
	}

	run(): Explanation {
		this.#decide();
		return {
			packet: this.#packet,
			direction: this.#direction,
			steps: this.#steps,
			rule: this.#rule,
			candidates: this.#candidates,
			policy: this.#policy,
			outcomes: this.#outcomes,
			isOpen: this.#isOpen,
		};
	}

	#decide(): void {
		const { family } = this.#packet;
		const arrival = findArrival(this.#plan, this.#packet);
		if (arrival !== null) this.#comeIn(arrival);
		else if (this.#facts.destination !== "remote") this.#stayHere(this.#facts.destination);
		else if (!this.#plan.managed[family] || this.#isLeftAlone()) this.#leaveAlone();
		else if (this.#direction === "forwarded") this.#forward();
		else this.#send();
	}

	#forward(): void {
		if (this.#takePrefix() || this.#takeRules()) return;
		this.#say("passed", "no rule matches; default_policy decides");
		this.#take(this.#plan.defaultTarget);
	}

	/** Without a rule the router's own traffic goes by its source, or as default_policy says. */
	#send(): void {
		if (this.#takeRules()) return;
		this.#say("passed", "no rule matches");
		this.#nameDefault();
		this.#follow(0);
	}

	#stayHere(kind: "local" | "broadcast" | "multicast"): void {
		const what = kind === "local" ? "the router itself" : `a ${kind} address`;
		this.#say("decided", `the destination is ${what}: nothing is balanced`);
		this.#end({ kind: "local", uplink: null, device: null, percent: 100 });
	}

	#leaveAlone(): void {
		if (!this.#plan.managed[this.#packet.family]) this.#say("decided", this.#unmanaged());
		this.#follow(0);
	}

	#comeIn(uplink: PlanUplink): void {
		this.#direction = "inbound";
		this.#say(
			"decided",
			`it came in by uplink '${uplink.name}': the answers leave by it, whatever the rules say`,
		);
		this.#end({
			kind: "uplink",
			uplink: uplink.name,
			device: uplink.devices[this.#packet.family],
			percent: 100,
		});
	}

	#unmanaged(): string {
		if (!this.#model.globals.enabled) return "polywan is switched off (option enabled of globals)";
		return `no uplink is meant for IPv${this.#packet.family}: the main routing table decides`;
	}

	/** Destinations that are never balanced. Says why. */
	#isLeftAlone(): boolean {
		const { family, protocol, icmpType } = this.#packet;
		if (family === 6 && protocol === ICMPV6) {
			const isDiscovery = icmpType !== undefined && icmpType >= 133 && icmpType <= 137;
			const result = isDiscovery ? "decided" : "told";
			this.#say(result, "neighbour discovery (ICMPv6 types 133 to 137) is never touched");
			if (isDiscovery) return true;
		}
		const bypass = findBypass(this.#plan, this.#packet);
		if (bypass !== null) {
			const why = this.#model.globals.bypassNetworks.includes(bypass)
				? "by option bypass of globals"
				: "as it is local";
			this.#say("decided", `the destination is in ${bypass}, which is never balanced, ${why}`);
			return true;
		}
		const { specific } = this.#facts;
		if (specific === null) {
			this.#say("passed", "no connected network, static route or VPN leads to the destination");
			return false;
		}
		const via = specific.gateway === null ? "directly" : `through ${specific.gateway}`;
		const table = specific.table === 254 ? "the main routing table" : `table ${specific.table}`;
		this.#say(
			"decided",
			`${table} has a route of its own to the destination, on ${specific.device} ${via}: it is not balanced`,
		);
		return true;
	}

	/** A source from an uplink's delegated prefix can only leave by that uplink. */
	#takePrefix(): boolean {
		for (const { uplink, prefix } of findDelegations(this.#plan, this.#packet)) {
			if (uplink.eligible[6]) {
				this.#say(
					"decided",
					`the source is in ${prefix}, which the provider of uplink '${uplink.name}' gave: no other would carry it`,
				);
				this.#follow(uplink.mark);
				return true;
			}
			const reason = this.#narrator.reason(uplink.name);
			this.#say("passed", `the source is in ${prefix} of uplink '${uplink.name}', which ${reason}`);
		}
		return false;
	}

	/** The first rule that matches. Rules that may match leave more than one outcome. */
	#takeRules(): boolean {
		this.#nameWaiting();
		for (const ways of groupByRule(this.#plan.rules)) {
			const { answer, reason, rule } = matchWays(ways, (way) => matchRule(way, this.#packet, this.#sets));
			if (answer === "no") {
				this.#say("passed", `rule '${rule.name}' does not match: ${reason}`);
				continue;
			}
			if (answer === "maybe") {
				this.#isOpen = true;
				this.#candidates.push(rule.name);
				this.#say("open", `rule '${rule.name}' may match: ${reason}`);
				this.#takeRule(rule);
				continue;
			}
			this.#say("decided", `rule '${rule.name}' matches`);
			if (this.#isOpen) this.#candidates.push(rule.name);
			else this.#rule = rule.name;
			this.#takeRule(rule);
			return true;
		}
		return false;
	}

	/** Rules that are written but not in force. */
	#nameWaiting(): void {
		const inForce = new Set(this.#plan.rules.map(({ name }) => name));
		for (const rule of this.#model.rules) {
			if (inForce.has(rule.name)) continue;
			this.#say(
				"passed",
				`rule '${rule.name}' is not in force now: ${whyWaiting(rule, this.#model.problems)}`,
			);
		}
	}

	#takeRule({ target, sticky }: PlanRule): void {
		this.#take(target);
		const held = sticky?.uplinks[this.#packet.family] ?? [];
		if (sticky === null || held.length === 0) return;
		const uplinks = this.#plan.uplinks.filter(({ id }) => held.includes(id));
		const who = sticky.key === "source" ? "the source" : "this pair of source and destination";
		const names = uplinks.map(({ name }) => name).join(" or ");
		this.#say(
			"told",
			`it is sticky: where ${who} had a connection by it in the last ${sticky.timeoutS} s, that one's uplink is kept, be it ${names}`,
		);
		for (const { mark } of uplinks) this.#follow(mark, 0);
	}

	#nameDefault(): void {
		const owner = findOwner(this.#plan, this.#packet);
		if (owner !== null) this.#say("decided", `the source is an address of uplink '${owner.name}'`);
		else {
			this.#say("told", "the router's own traffic without a rule goes as default_policy says");
			this.#nameTarget(this.#plan.defaultTarget);
		}
	}

	#take(target: PlanTarget): void {
		this.#nameTarget(target);
		const { verdictMarks, uplinks } = this.#plan;
		const share = this.#shareOf(target);
		if (share.kind === "verdict") this.#follow(verdictMarks[share.verdict]);
		else {
			const counts = [...countSlots(share.slots)].sort((a, b) => b.weight - a.weight);
			for (const { id, weight } of counts) {
				const mark = uplinks.find((entry) => entry.id === id)?.mark ?? verdictMarks.unreachable;
				this.#follow(mark, (100 * weight) / share.slots.length);
			}
		}
	}

	#shareOf(target: PlanTarget): PlanShare {
		if (target.kind === "verdict") return target;
		if (target.kind === "uplink") return target.shares[this.#packet.family];
		const policy = this.#plan.policies.find(({ kernelName }) => kernelName === target.kernelName);
		return policy?.shares[this.#packet.family] ?? { kind: "verdict", verdict: "default" };
	}

	/** Says what the target is, and what each member's part in it is. */
	#nameTarget(target: PlanTarget): void {
		const { policy, lines } = this.#narrator.nameTarget(target);
		if (policy !== null) this.#policy = this.#isOpen ? null : policy;
		for (const text of lines) this.#say("told", text);
	}

	/** What the ip rules make of a mark; `percent` of the packets carry it. */
	#follow(mark: number, percent = 100): void {
		for (const outcome of followMark(this.#plan, this.#packet, this.#facts, mark, percent))
			this.#end(outcome);
	}

	/** It works, and yet it is slow. */
	#nameLimit({ uplink }: Outcome): void {
		const limit = this.#plan.uplinks.find(({ name }) => name === uplink)?.limit;
		if (limit !== undefined) this.#say("told", `uplink '${uplink}' is ${renderLimit(limit)}`);
	}

	#say(result: Step["result"], text: string): void {
		this.#steps.push({ result, text });
	}

	#end(outcome: Outcome): void {
		const same = this.#outcomes.findIndex(
			(known) =>
				known.kind === outcome.kind && known.uplink === outcome.uplink && known.device === outcome.device,
		);
		if (same < 0) {
			this.#outcomes.push(outcome);
			this.#nameLimit(outcome);
		}
	}
}

import type { Problem } from "polywan-core/config/problem";
import type { Family } from "polywan-core/family";
import { listSharedDevices } from "polywan-core/plan/shared-device";
import type { Status } from "polywan-core/status";
import { monotonicMs, wallMs } from "polywan-runtime/clock";
import { readCounters } from "polywan-runtime/interface";
import { buildStatus, type FamilyFacts } from "../bus/build-status.ts";
import { listModeProblems } from "../load/mode-problems.ts";
import { renderBadTargets } from "../probe/bad-target-problems.ts";
import { VERSION } from "../version.ts";
import type { InForce } from "../why/answer.ts";
import { whyNotBy } from "../why/why-not.ts";
import type { DaemonParts } from "./build-parts.ts";
import { WallClock } from "./wall-clock.ts";

/** What is, from all parts of the daemon. */
export class StatusReader {
	readonly #parts: DaemonParts;
	readonly #startedMs = monotonicMs();
	readonly #clock = new WallClock(wallMs, monotonicMs);

	constructor(parts: DaemonParts) {
		this.#parts = parts;
	}

	read(): Status {
		const { applier, balancer, config, decider, news, terms, wishes } = this.#parts;
		return buildStatus({
			version: VERSION,
			uptimeMs: monotonicMs() - this.#startedMs,
			sequence: news.sequence,
			model: config.model,
			problems: this.problems(),
			plan: decider.plan,
			firewall: applier.firewall,
			apply: applier.status,
			wanted: (uplink) => wishes.wanted(uplink),
			shareReason: (policy, variant, family) => balancer.reason(policy, variant, family),
			family: (uplink, family) => this.#familyFacts(uplink, family),
			traffic: readTraffic,
			quota: (uplink) => terms.quota(uplink),
		});
	}

	/** Of the configuration, and of what it meets here. */
	problems(): readonly Problem[] {
		const { applier, config, decider, hash, rules, terms, watches } = this.#parts;
		const { model } = config;
		return [
			...config.problems,
			...decider.idProblems,
			...listSharedDevices(model, decider.links ?? []),
			...rules.problems(model, decider.devices, applier.firewall),
			...renderBadTargets(model, watches.badTargets),
			...applier.problems,
			...terms.problems,
			...listModeProblems(model, applier.firewall, hash.isThere),
		];
	}

	/** What `why` explains; null: nothing is in force. */
	inForce(): InForce | null {
		const { applier, config } = this.#parts;
		const { plan } = applier.saved;
		if (plan === null) return null;
		const model = { ...config.model, problems: this.problems() };
		return { plan, model, firewall: applier.firewall, whyNot: whyNotBy(this.read()) };
	}

	#familyFacts(uplink: string, family: Family): FamilyFacts | null {
		const { publicAddresses, standby, states, watches } = this.#parts;
		const watch = watches.get(uplink, family);
		if (watch === null) return null;
		const resting = standby.isResting(uplink) ? "at rest: brought up when it is needed" : null;
		return {
			state: states.effective(watch),
			sinceWallMs: this.#clock.timeOf(states.sinceMs(watch, watch.sinceMs)),
			reason: states.refusal(uplink) ?? resting ?? watch.reason,
			link: watch.link,
			quality: watch.quality(),
			spans: () => watch.spans(),
			publicAddress: publicAddresses.known(uplink, family),
		};
	}
}

/** Of a device that just went away: nothing. */
function readTraffic(device: string): { rxBytes: number; txBytes: number } {
	try {
		return readCounters(device);
	} catch {
		return { rxBytes: 0, txBytes: 0 };
	}
}

import type { Model } from "../config/model.ts";
import type { Balance } from "../policy/balance.ts";
import { balance } from "../policy/balance.ts";
import type { Candidate } from "../policy/candidate.ts";
import { isMeasured, listVariants } from "../policy/mode.ts";
import type { Measure } from "../policy/shares.ts";
import type { SimulatedLine } from "./line.ts";

/** What the lines measure, for policies that follow it. Connections are not simulated: all uplinks have the same number, none. */
export class SimulatedMeasure {
	readonly #lines: readonly SimulatedLine[];
	readonly #balances = new Map<string, Balance>();

	constructor(lines: readonly SimulatedLine[]) {
		this.#lines = lines;
	}

	/** For the decision of this moment. */
	at(nowMs: number): Measure {
		return ({ policy, variant, mode, family, eligible }) => {
			const key = `${policy.name} ${variant.key} ${family}`;
			const candidates = eligible.map(({ uplink, tier, weight }): Candidate => {
				const line = this.#lines.find((entry) => entry.uplink.name === uplink && entry.family === family);
				return {
					name: uplink,
					tier,
					weight,
					rttMs: line?.rttMs ?? null,
					lossPercent: line?.lossPercent ?? 0,
					utilisation: (line?.loadPercent ?? 0) / 100,
					capacityBitsPerSecond: line === undefined ? 0 : capacityOf(line),
					connections: 0,
				};
			});
			const { overflowPercent } = policy;
			const input = { mode, candidates, overflowPercent, arrivals: 0, nowMs };
			const decision = balance(input, this.#balances.get(key) ?? null);
			this.#balances.set(key, decision);
			return decision;
		};
	}
}

/** Whether any policy follows what is measured. */
export function followsMeasurements(model: Model): boolean {
	return model.policies.some((policy) => listVariants(policy).some(({ mode }) => isMeasured(mode)));
}

function capacityOf({ uplink }: SimulatedLine): number {
	return uplink.downloadBitsPerSecond + uplink.uploadBitsPerSecond;
}

import type { LastResort } from "../../config/model.ts";
import type { Family } from "../../family.ts";
import type { PlanTarget } from "../../plan/plan.ts";

/** Chain that marks the packet and its connection as an uplink's. */
export function uplinkChain(id: number): string {
	return `u${id}`;
}

/** Chain that marks a connection that belongs to no uplink yet as this one's. */
export function owningChain(id: number): string {
	return `c${id}`;
}

/** Chain, of nat, for what leaves by an uplink: it becomes the uplink's and gets a source that fits. */
export function leavingChain(id: number): string {
	return `m${id}`;
}

/** Chain that sets the packet's mark to a verdict's. */
export function verdictChain(verdict: LastResort): string {
	return `to_${verdict}`;
}

/** Chain a rule goes to for its target in one family. */
export function targetChain(target: PlanTarget, family: Family): string {
	switch (target.kind) {
		case "policy":
			return `${target.kernelName}_${family}`;
		case "uplink":
			return `t${target.id}_${family}`;
		case "verdict":
			return verdictChain(target.verdict);
	}
}

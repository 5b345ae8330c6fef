import type { Plan, PlanTarget } from "./plan.ts";

type UplinkTarget = Extract<PlanTarget, { kind: "uplink" }>;

/** The uplinks that rules or the default name, each once. */
export function uplinkTargets(plan: Plan): readonly UplinkTarget[] {
	const found = new Map<number, UplinkTarget>();
	for (const target of [plan.defaultTarget, ...plan.rules.map((rule) => rule.target)]) {
		if (target.kind === "uplink") found.set(target.id, target);
	}
	return [...found.values()].sort((a, b) => a.id - b.id);
}

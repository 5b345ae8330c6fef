import type { Model, Rule, Target } from "../config/model.ts";
import type { Problem } from "../config/problem.ts";
import { CONFIG_NAME } from "../config/section-reader.ts";
import type { PerFamily } from "../family.ts";
import { deriveName } from "./kernel-name.ts";
import type { PlanRule, PlanSticky, PlanTarget } from "./plan.ts";
import { isWaiting, type RuleFacts, resolveMatch, type Waiting } from "./rule-match.ts";

/** The rules that can be in force now. */
export function buildRules(model: Model, facts: RuleFacts, targets: TargetBuilder): readonly PlanRule[] {
	if (!model.globals.enabled) return [];
	const taken = new Set<string>();
	return model.rules.flatMap((rule): PlanRule[] => {
		const kernelName = deriveName("r", rule.name, taken);
		taken.add(kernelName);
		const match = resolveMatch(rule.match, facts);
		if (isWaiting(match)) return [];
		const target = targets.build(rule.target);
		const sticky = buildSticky(rule, targets);
		return [{ name: rule.name, kernelName, match, target, log: rule.log, sticky }];
	});
}

/** What a rule's target means now. */
export interface TargetBuilder {
	build(target: Target): PlanTarget;
	/** Ids of all uplinks of the target that take new connections, whatever their share. */
	usable(target: Target): PerFamily<readonly number[]>;
}

/** Nothing to hold where there are not two to choose from. */
function buildSticky({ sticky, target }: Rule, targets: TargetBuilder): PlanSticky | null {
	if (sticky === null || target.kind !== "policy") return null;
	return {
		key: sticky.key,
		timeoutS: Math.ceil(sticky.timeoutMs / 1000),
		uplinks: targets.usable(target),
	};
}

/** Why rules of the model are not in force although they are enabled. */
export function listRuleProblems(model: Model, facts: RuleFacts): readonly Problem[] {
	return model.rules.flatMap((rule) => {
		const found = resolveMatch(rule.match, facts);
		return isWaiting(found) && found.message !== null ? [ruleProblem(rule, found)] : [];
	});
}

function ruleProblem(rule: Rule, { option, value, message }: Waiting): Problem {
	return {
		config: CONFIG_NAME,
		section: rule.name,
		option,
		value,
		message: message ?? "",
		severity: "warning",
	};
}

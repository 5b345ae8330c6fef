import type { Model, Rule, Target } from "../config/model.ts";
import type { Problem } from "../config/problem.ts";
import { CONFIG_NAME } from "../config/section-reader.ts";
import { deriveName } from "./kernel-name.ts";
import type { PlanRule, PlanTarget } from "./plan.ts";
import { isWaiting, type RuleFacts, resolveMatch, type Waiting } from "./rule-match.ts";

/** The rules that can be in force now. */
export function buildRules(
	model: Model,
	facts: RuleFacts,
	buildTarget: (target: Target) => PlanTarget,
): readonly PlanRule[] {
	if (!model.globals.enabled) return [];
	const taken = new Set<string>();
	return model.rules.flatMap((rule): PlanRule[] => {
		const kernelName = deriveName("r", rule.name, taken);
		taken.add(kernelName);
		const match = resolveMatch(rule.match, facts);
		if (isWaiting(match)) return [];
		return [{ name: rule.name, kernelName, match, target: buildTarget(rule.target), log: rule.log }];
	});
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

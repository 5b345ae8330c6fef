import type { Rule } from "../config/model.ts";
import type { Problem } from "../config/problem.ts";

/** Why a rule that is written is not in force, as far as the problems that are known tell. */
export function whyWaiting({ name, schedule }: Rule, problems: readonly Problem[]): string {
	const ofRule = problems.filter(
		({ section, message }) => section === name && /rule (waits|is left)/.test(message),
	);
	const [problem] = ofRule;
	if (problem !== undefined)
		return problem.value === null
			? problem.message
			: `${problem.option} '${problem.value}': ${problem.message}`;
	if (schedule !== null) return "it is not its time (option schedule)";
	return "something it names is not there";
}

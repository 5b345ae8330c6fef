import type { Draft } from "./draft.ts";
import type { ConvertedRule } from "./mwan3-rule.ts";

/** Options a rule without conditions has. */
const WITHOUT_CONDITION = ["family", "target"];

/**
 * What mwan3's last rules send everything to, when they do: polywan has a place for it, where the router's own traffic
 * gets the right source address at once. Where the last rules treat the IP versions differently they stay rules, and what none
 * matches is left to the main routing table, as in mwan3.
 */
export function chooseDefault(
	rules: readonly ConvertedRule[],
	uplinks: readonly Draft[],
): { kept: readonly ConvertedRule[]; target: string } {
	let first = rules.length;
	while (first > 0 && isForEverything(rules[first - 1])) first--;
	const last = rules.slice(first);
	const targets = new Map<string, string>();
	for (const { draft } of last)
		for (const family of familiesOf(draft))
			if (!targets.has(family)) targets.set(family, String(draft.options.get("target")));
	const balanced = new Set(
		uplinks.filter((draft) => draft.options.get("enabled") !== "0").flatMap(familiesOf),
	);
	const [target, ...others] = new Set(targets.values());
	const covers = [...balanced].every((family) => targets.has(family));
	if (target === undefined || others.length > 0 || !covers) return { kept: rules, target: "default" };
	for (const { source } of last) source.say("kept", `option default_policy '${target}' of globals`);
	return { kept: rules.slice(0, first), target };
}

function isForEverything(rule: ConvertedRule | undefined): boolean {
	return (
		rule !== undefined && [...rule.draft.options.keys()].every((option) => WITHOUT_CONDITION.includes(option))
	);
}

function familiesOf(draft: Draft): readonly string[] {
	const family = draft.options.get("family");
	return family === "ipv4" || family === "ipv6" ? [family] : ["ipv4", "ipv6"];
}

import type { Model, Rule } from "../config/model.ts";
import type { Problem } from "../config/problem.ts";
import { CONFIG_NAME } from "../config/section-reader.ts";
import {
	describeFeature,
	type Feature,
	featureOption,
	featuresOf,
	featuresOfUplink,
} from "../render/feature.ts";

/** What rules and uplinks ask for that a back end cannot do, and what it does instead. */
export function listLimits(
	model: Model,
	firewall: "nftables" | "iptables" | "none",
	unsupported: ReadonlySet<Feature>,
): readonly Problem[] {
	if (firewall === "none") return [];
	const uncounted = model.globals.accounting ? [] : model.rules.flatMap(findUncounted);
	const missing = model.rules.flatMap((rule) => findMissing(rule, firewall, unsupported));
	return [
		...(firewall === "iptables" ? model.rules.flatMap(findIptablesLimits) : []),
		...uncounted,
		...missing,
		...model.uplinks.flatMap((uplink) =>
			featuresOfUplink(uplink)
				.filter((feature) => unsupported.has(feature))
				.map((feature) =>
					limit(
						uplink.name,
						featureOption(feature),
						`${describeFeature(feature, firewall)}; one is only warned when the quota is used up`,
					),
				),
		),
	];
}

function findMissing(
	rule: Rule,
	firewall: "nftables" | "iptables",
	unsupported: ReadonlySet<Feature>,
): readonly Problem[] {
	const { needed, wished } = featuresOf(rule);
	const tell = (feature: Feature, consequence: string): readonly Problem[] =>
		unsupported.has(feature)
			? [limit(rule.name, featureOption(feature), `${describeFeature(feature, firewall)}; ${consequence}`)]
			: [];
	return [
		...needed.flatMap((feature) => tell(feature, "the rule is left out")),
		...wished.flatMap((feature) => tell(feature, "the rule works without it")),
	];
}

function findUncounted({ name, match }: Rule): readonly Problem[] {
	if (!match.conditions.some(({ on }) => on === "heavy")) return [];
	return [limit(name, "heavy", "needs option accounting of globals, which is off: nothing is counted")];
}

function limit(section: string, option: string, message: string): Problem {
	return { config: CONFIG_NAME, section, option, value: null, message, severity: "warning" };
}

function findIptablesLimits({ name, sticky, match }: Rule): readonly Problem[] {
	const problems: Problem[] = [];
	const add = (option: string, message: string): void => {
		problems.push(limit(name, option, message));
	};
	if (sticky?.key === "source_destination")
		add(
			"sticky_key",
			"with iptables the port of the destination counts, too: connections to another one may go by another uplink",
		);
	if (match.conditions.some(({ on }) => on === "heavy"))
		add(
			"heavy",
			"with iptables the port of the destination counts, too: connections to another one do not match",
		);
	return problems;
}

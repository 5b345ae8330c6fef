import type { Model, Rule } from "../config/model.ts";
import type { Problem } from "../config/problem.ts";
import { CONFIG_NAME } from "../config/section-reader.ts";

/** What rules ask for that a back end cannot do, and what it does instead. */
export function listLimits(model: Model, firewall: "nftables" | "iptables" | "none"): readonly Problem[] {
	return firewall === "iptables" ? model.rules.flatMap(findIptablesLimits) : [];
}

function findIptablesLimits({ name, sticky }: Rule): readonly Problem[] {
	if (sticky?.key !== "source_destination") return [];
	const message =
		"cannot be done with iptables; connections of a source stay together, whatever their destination";
	return [
		{
			config: CONFIG_NAME,
			section: name,
			option: "sticky_key",
			value: "source_destination",
			message,
			severity: "warning",
		},
	];
}

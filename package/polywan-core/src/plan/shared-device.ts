import type { Model } from "../config/model.ts";
import type { Problem } from "../config/problem.ts";
import type { Link } from "../link.ts";

/** Uplinks that are left out because their device has one already: what comes in could not be told apart. */
export function listSharedDevices(model: Model, links: readonly Link[]): readonly Problem[] {
	const owners = new Map<string, string>();
	const problems = new Map<string, Problem>();
	for (const { name, enabled, families } of model.uplinks) {
		if (!enabled) continue;
		for (const { uplink, family, device } of links) {
			if (uplink !== name || !families.includes(family)) continue;
			const owner = owners.get(`${family} ${device}`) ?? name;
			owners.set(`${family} ${device}`, owner);
			if (owner === name) continue;
			const message = `${device} carries uplink '${owner}' already; give this one a device of its own, such as a macvlan on ${device}`;
			problems.set(name, {
				config: "polywan",
				section: name,
				option: "interface",
				value: null,
				message,
				severity: "error",
			});
		}
	}
	return [...problems.values()];
}

import type { Model } from "polywan-core/config/model";
import type { Problem } from "polywan-core/config/problem";

/** One problem for each uplink that asks a target which answers nowhere. */
export function renderBadTargets(model: Model, bad: readonly string[]): readonly Problem[] {
	return model.uplinks.flatMap(({ name, probing }) =>
		[...new Set([...probing.targets[4], ...probing.targets[6]])]
			.filter((target) => bad.includes(target))
			.map((value) => ({
				config: "polywan",
				section: name,
				option: "target",
				value,
				message: "answers on no uplink while others do; it does not count until it answers",
				severity: "warning" as const,
			})),
	);
}

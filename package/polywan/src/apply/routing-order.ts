import type { Plan } from "polywan-core/plan/plan";
import { diffIp } from "polywan-core/render/ip";

/**
 * Whether packets could be sent to places `after` has and `before` has not: then those must be made first. The router's own table does
 * not count: it is reached by ip rules alone, and where an uplink died, moving connections away cannot wait.
 */
export function isRoutingAdded(before: Plan, after: Plan): boolean {
	const { addRules, addRoutes } = diffIp(before, after);
	return addRules.length > 0 || addRoutes.some(({ table }) => table !== after.tableBase);
}

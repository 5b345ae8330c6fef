import type { Plan } from "./plan.ts";

/** Whether there is nothing to do to any packet, so that the packet filter holds nothing of ours. */
export function isIdle(plan: Plan): boolean {
	return !plan.managed[4] && !plan.managed[6];
}

import { isEligible } from "./health/state.ts";
import type { FamilyStatus, UplinkStatus } from "./status.ts";

/** Whether new connections of this IP version can go there. */
export function isFamilyUsable({ state, usable }: FamilyStatus): boolean {
	// An older daemon does not say.
	return usable ?? isEligible(state, true);
}

/** Whether new connections of any IP version can go there. */
export function isUplinkUsable({ state, ipv4, ipv6 }: UplinkStatus): boolean {
	if (state === "disabled") return false;
	return [ipv4, ipv6].some((family) => family !== null && isFamilyUsable(family));
}

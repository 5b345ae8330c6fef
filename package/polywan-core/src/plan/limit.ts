import { FAMILIES } from "../family.ts";
import type { Plan, PlanLimit } from "./plan.ts";

/** An uplink that may carry less than it could, with its devices, each named once. */
export interface LimitedUplink {
	readonly id: number;
	readonly name: string;
	readonly devices: readonly string[];
	readonly limit: PlanLimit;
}

/** Those that have a device, and it alone. */
export function limitedUplinks(plan: Plan): readonly LimitedUplink[] {
	return plan.uplinks.flatMap(({ id, name, devices: ofFamily, limit, shared }) => {
		if (limit === undefined || shared !== undefined) return [];
		const devices = [...new Set(FAMILIES.flatMap((family) => ofFamily[family] ?? []))];
		return devices.length === 0 ? [] : [{ id, name, devices, limit }];
	});
}

import { FAMILIES, type Family } from "polywan-core/family";
import type { UplinkState } from "polywan-core/health/state";
import type { Plan, PlanUplink } from "polywan-core/plan/plan";

/** Connections that cannot go on: those of one uplink in one family. */
export interface Death {
	readonly uplink: string;
	readonly family: Family;
	readonly mark: number;
	readonly mask: number;
}

/**
 * Whose connections die on the way from one plan to the next: of uplinks that fell out of use, got other addresses, or are gone. One
 * that is merely degraded keeps what it has. `stateOf`: the state that made `after`.
 */
export function findDeaths(
	before: Plan,
	after: Plan,
	stateOf: (uplink: string, family: Family) => UplinkState,
): readonly Death[] {
	const deaths: Death[] = [];
	for (const old of before.uplinks) {
		const now = sameMark(before, after)
			? after.uplinks.find(({ mark, name }) => mark === old.mark && name === old.name)
			: undefined;
		for (const family of FAMILIES) {
			if (old.devices[family] === null) continue;
			if (now !== undefined && !isDead(old, now, family, stateOf(old.name, family))) continue;
			deaths.push({ uplink: old.name, family, mark: old.mark, mask: before.markMask });
		}
	}
	return deaths;
}

function sameMark(before: Plan, after: Plan): boolean {
	return before.markMask === after.markMask;
}

function isDead(old: PlanUplink, now: PlanUplink, family: Family, state: UplinkState): boolean {
	if (old.devices[family] !== now.devices[family]) return true;
	if (isRenumbered(old.addresses[family], now.addresses[family])) return true;
	const failed = state === "down" || state === "recovering";
	return old.eligible[family] && !now.eligible[family] && failed;
}

/** One address of several may go, as IPv6 privacy addresses do; connections of the others go on. */
function isRenumbered(old: readonly string[], now: readonly string[]): boolean {
	return old.length > 0 && !old.some((address) => now.includes(address));
}

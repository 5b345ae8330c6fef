import type { RuleSchedule } from "../config/model.ts";
import type { TimeZone } from "./time-zone.ts";
import { CLOCK_SET_MS, isOpen, nextChange } from "./window.ts";

/** Whether a rule with this schedule is in force; always where nobody has set the clock. */
export function isInForce(
	{ open, closed, timeZone }: RuleSchedule,
	routerZone: TimeZone,
	nowMs: number,
): boolean {
	const zone = timeZone ?? routerZone;
	if (nowMs < CLOCK_SET_MS) return true;
	return isOpen(open, zone, nowMs) && (closed.length === 0 || !isOpen(closed, zone, nowMs));
}

/** When that may change next, in milliseconds since 1970; null: never. */
export function nextLook(
	{ open, closed, timeZone }: RuleSchedule,
	routerZone: TimeZone,
	nowMs: number,
): number | null {
	const zone = timeZone ?? routerZone;
	const moments = [nextChange(open, zone, nowMs), nextChange(closed, zone, nowMs)];
	const known = moments.filter((moment) => moment !== null);
	return known.length === 0 ? null : Math.min(...known);
}

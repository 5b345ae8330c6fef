import type { Family } from "../../family.ts";
import type { Plan } from "../../plan/plan.ts";
import { invertMask, renderMark } from "../mark.ts";

/** What an address of the family belongs to in an expression: `ip saddr`, `ip6 saddr`. */
export function ipWord(family: Family): "ip" | "ip6" {
	return family === 4 ? "ip" : "ip6";
}

/** The family as a value of `meta nfproto`. */
export function nfproto(family: Family): "ipv4" | "ipv6" {
	return family === 4 ? "ipv4" : "ipv6";
}

/** Statement that gives the packet or its connection a mark and leaves the bits of others as they are. */
export function setMark(key: "meta" | "ct", plan: Plan, mark: number): string {
	return `${key} mark set ${key} mark & ${renderMark(invertMask(plan.markMask))} | ${renderMark(mark)}`;
}

/** Statement that takes our bits from the packet's mark. */
export function clearMark(plan: Plan): string {
	return `meta mark set meta mark & ${renderMark(invertMask(plan.markMask))}`;
}

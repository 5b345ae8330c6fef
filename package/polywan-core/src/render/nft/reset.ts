import { FAMILIES } from "../../family.ts";
import type { Plan } from "../../plan/plan.ts";
import { renderMark } from "../mark.ts";
import type { NftChain, NftSet } from "./ruleset.ts";
import { ipWord } from "./word.ts";

/** The tuples of connections that are to be reset, while their clients may still write. */
export const RESET_SETS: readonly NftSet[] = FAMILIES.map((family) => ({
	kind: "set",
	name: `reset${family}`,
	definition: [
		`type ipv${family}_addr . ipv${family}_addr . inet_service . inet_service`,
		"flags timeout",
		"timeout 60s",
	],
	elements: new Map(),
}));

/** Answers what belongs to one of them. */
export const RESET_RULES: readonly string[] = FAMILIES.map((family) => {
	const ip = ipWord(family);
	return `${ip} saddr . ${ip} daddr . tcp sport . tcp dport @reset${family} reject with tcp reset`;
});

/** The packet that wakes an idle client is our own forgery: no connection is to come of it. */
export function buildUntrackedHook(plan: Plan): NftChain {
	return {
		name: "raw_output",
		hook: "type filter hook output priority raw; policy accept;",
		rules: [`meta mark & ${renderMark(plan.markMask)} == ${renderMark(plan.notrackMark)} notrack`],
	};
}

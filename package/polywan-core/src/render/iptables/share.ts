import type { Family } from "../../family.ts";
import type { Plan, PlanShare } from "../../plan/plan.ts";
import { buildSlots, countSlots } from "../../policy/slots.ts";
import { renderComment } from "../mark.ts";
import { CHAIN_PREFIX } from "./ruleset.ts";

/** A new connection passes half of them on average. */
const MAX_SLOTS = 64;

/** Rules of a target's chain. Each rule of n slots takes one in n of what reaches it, so each takes one in n of all, in turn. */
export function renderIptablesShare(share: PlanShare, comment: string): readonly string[] {
	const words = `-m comment --comment ${comment}`;
	if (share.kind === "verdict") return [`${words} -g ${CHAIN_PREFIX}to_${share.verdict}`];
	const slots = turnsOf(share);
	return slots.map((id, slot) => {
		const left = slots.length - slot;
		const turn = left === 1 ? "" : `-m statistic --mode nth --every ${left} --packet 0 `;
		return `${turn}${words} -g ${CHAIN_PREFIX}u${id}`;
	});
}

/** For `iptables-restore --noflush -w`: the chains of those policies as the plan has them, and nothing else. */
export function renderIptablesShares(plan: Plan, family: Family, kernelNames: readonly string[]): string {
	const policies = plan.policies.filter(({ kernelName }) => kernelNames.includes(kernelName));
	if (policies.length === 0 || !plan.managed[family]) return "";
	return [
		"*mangle",
		...policies.map(({ kernelName }) => `:${CHAIN_PREFIX}${kernelName} - [0:0]`),
		...policies.flatMap(({ kernelName, name, shares }) =>
			renderIptablesShare(shares[family], renderComment("policy", name)).map(
				(rule) => `-A ${CHAIN_PREFIX}${kernelName} ${rule}`,
			),
		),
		"COMMIT",
		"",
	].join("\n");
}

/** The shortest cycle. A chain that is written starts from its first rule, so who is to be next comes first. */
function turnsOf(share: Exclude<PlanShare, { kind: "verdict" }>): readonly number[] {
	const { slots } = share;
	if (share.kind === "table") return shortestPeriod(startingWith(slots, share.first));
	if (slots.length <= MAX_SLOTS) return slots;
	return buildSlots(countSlots(slots), MAX_SLOTS);
}

function startingWith(slots: readonly number[], first: number | null): readonly number[] {
	const place = first === null ? 0 : Math.max(0, slots.indexOf(first));
	return [...slots.slice(place), ...slots.slice(0, place)];
}

function shortestPeriod(slots: readonly number[]): readonly number[] {
	for (let length = 1; length < slots.length; length++) {
		if (slots.length % length !== 0) continue;
		if (slots.every((id, place) => id === slots[place % length])) return limited(slots.slice(0, length));
	}
	return limited(slots);
}

function limited(slots: readonly number[]): readonly number[] {
	return slots.length <= MAX_SLOTS ? slots : buildSlots(countSlots(slots), MAX_SLOTS);
}

import type { Policy } from "../config/model.ts";
import type { Family } from "../family.ts";
import type { Plan, PlanShare } from "../plan/plan.ts";
import { countSlots } from "../policy/slots.ts";

/** Completes "the uplink …": "is down: no answer from 1.1.1.1"; null where nothing is known. */
export type WhyNot = (uplink: string, family: Family) => string | null;

/** One line for each member of a policy: its share, or why it has none. */
export function explainMembers(
	policy: Policy,
	share: PlanShare,
	plan: Plan,
	isEligible: (uplink: string) => boolean,
	reason: (uplink: string) => string,
): readonly string[] {
	if (share.kind === "verdict" && policy.members.some(({ uplink }) => isEligible(uplink)))
		return [
			`its members are not used now, being out of its times or of weight 0: last_resort is ${share.verdict}`,
		];
	const percents = new Map<string, number>();
	if (share.kind !== "verdict") {
		for (const { id, weight } of countSlots(share.slots)) {
			const uplink = plan.uplinks.find((entry) => entry.id === id);
			if (uplink !== undefined) percents.set(uplink.name, (100 * weight) / share.slots.length);
		}
	}
	const lines = policy.members.map(({ uplink, tier, weight }) => {
		const percent = percents.get(uplink);
		if (percent !== undefined) return `${uplink}: ${renderPercent(percent)} (tier ${tier}, weight ${weight})`;
		if (!isEligible(uplink)) return `${uplink}: not used; it ${reason(uplink)}`;
		return `${uplink}: not used; ${renderSpare(policy, tier)}`;
	});
	if (share.kind === "verdict") lines.push(`no member is usable: last_resort is ${share.verdict}`);
	return lines;
}

/** Why a usable member has no share now. */
function renderSpare({ mode }: Policy, tier: number): string {
	if (mode === "failover") return `it is kept for when no uplink of a lower tier works (tier ${tier})`;
	if (mode === "overflow") return `it is kept for when the tiers below are full (tier ${tier})`;
	return `mode ${mode} prefers others now`;
}

/** "33.3 %" */
export function renderPercent(percent: number): string {
	return `${Number(percent.toFixed(1))} %`;
}

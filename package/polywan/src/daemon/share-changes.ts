import { FAMILIES } from "polywan-core/family";
import type { Plan, PlanShare } from "polywan-core/plan/plan";

/**
 * "policy balanced IPv4: wan 70 %, wanb 30 %", one for each policy and family whose shares changed. Those that follow what
 * is measured are told with the reason, where it is known.
 */
export function renderShareChanges(before: Plan | null, after: Plan): readonly string[] {
	return after.policies.flatMap((policy) => {
		const old = before?.policies.find(({ kernelName }) => kernelName === policy.kernelName);
		return FAMILIES.filter((family) => after.managed[family]).flatMap((family) => {
			const text = renderShare(policy.shares[family], after);
			if (policy.shares[family].kind === "table") return [];
			const same = before !== null && old !== undefined && renderShare(old.shares[family], before) === text;
			return same ? [] : [`policy ${policy.name} IPv${family}: ${text}`];
		});
	});
}

function renderShare(share: PlanShare, plan: Plan): string {
	if (share.kind === "verdict") return `${share.verdict}, no uplink is usable`;
	const parts = plan.uplinks.map(({ name, id }) => {
		const slots = share.slots.filter((slot) => slot === id).length;
		return { name, percent: Math.round((slots * 1000) / share.slots.length) / 10 };
	});
	return parts
		.filter(({ percent }) => percent > 0)
		.map(({ name, percent }) => `${name} ${percent} %`)
		.join(", ");
}

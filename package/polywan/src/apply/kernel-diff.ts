import type { Plan } from "polywan-core/plan/plan";
import { renderIpRule, renderTableRoute } from "polywan-core/render/ip";
import type { Status } from "polywan-core/status";
import { openFirewall } from "./open-firewall.ts";
import { diffRouting } from "./routing.ts";

/** What the kernel has and should not ("- …"), and lacks ("+ …"), one line each. Rejects with ToolError or NetlinkError. */
export async function diffKernel(plan: Plan, firewall: Status["firewall"]): Promise<readonly string[]> {
	const { addRoutes, addRules, removeRoutes, removeRules } = diffRouting(plan, plan, plan.tables);
	const routing = [
		...removeRules.map((rule) => `- ip -${rule.family} rule ${renderIpRule(rule)}`),
		...addRules.map((rule) => `+ ip -${rule.family} rule ${renderIpRule(rule)}`),
		...removeRoutes.map((entry) => `- ip -${entry.family} route ${renderTableRoute(entry)}`),
		...addRoutes.map((entry) => `+ ip -${entry.family} route ${renderTableRoute(entry)}`),
	];
	const filter = firewall === "none" ? [] : await (await openFirewall(firewall)).diff(plan);
	return [...routing, ...filter];
}

import { FAMILIES } from "polywan-core/family";
import type { Plan } from "polywan-core/plan/plan";
import { diffIp, renderIpBatch } from "polywan-core/render/ip";
import { buildIpsets, renderIpsets } from "polywan-core/render/iptables/ipset";
import { renderIptables } from "polywan-core/render/iptables/tables";
import { renderNft } from "polywan-core/render/nft/table";
import type { Status } from "polywan-core/status";
import { isIdle } from "./idle.ts";

/** The exact texts that build the plan in an empty kernel, by the command that takes them on its standard input. */
export function renderScripts(plan: Plan, firewall: Status["firewall"]): Record<string, string> {
	const changes = diffIp({ ipRules: [], tables: [] }, plan);
	const scripts: Record<string, string> = {};
	for (const family of FAMILIES) scripts[`ip -${family} -force -batch -`] = renderIpBatch(changes, family);
	if (isIdle(plan)) return scripts;
	if (firewall !== "iptables") return { ...scripts, "nft -f -": renderNft(plan) };
	const sets = renderIpsets(FAMILIES.flatMap((family) => buildIpsets(plan, family)));
	if (sets !== "") scripts["ipset -exist restore"] = sets;
	for (const family of FAMILIES) {
		const program = family === 4 ? "iptables-restore" : "ip6tables-restore";
		scripts[`${program} -w --noflush`] = renderIptables(plan, family);
	}
	return scripts;
}

import { FAMILIES } from "../family.ts";
import { isIdle } from "../plan/idle.ts";
import type { Plan } from "../plan/plan.ts";
import type { Status } from "../status.ts";
import { diffIp, renderIpBatch } from "./ip.ts";
import { buildIpsets, renderIpsets } from "./iptables/ipset.ts";
import { renderIptables } from "./iptables/tables.ts";
import { renderNft } from "./nft/table.ts";

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

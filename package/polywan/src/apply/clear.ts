import type { Plan } from "polywan-core/plan/plan";
import { diffIp } from "polywan-core/render/ip";
import { CONFIG_FILE } from "../config/config-keeper.ts";
import { readConfigIfAny, understandConfig } from "../config/config-model.ts";
import { readState, removeState } from "../daemon/state-file.ts";
import { Dnsmasq } from "../domain/dnsmasq.ts";
import { removeHostTable } from "../usage/host-counters.ts";
import { removeUseRules } from "../use/use-rules.ts";
import { RoutingReader } from "./kernel-routing.ts";
import { openFirewall } from "./open-firewall.ts";
import { applyRouting, type RoutingRange } from "./routing.ts";
import { hasTool } from "./tool.ts";

const RULES = 1000;
const TABLES = 256;

/** Takes everything of ours out of the kernel, of both back ends, and what dnsmasq does for us. Rejects with ToolError or NetlinkError. */
export async function clearKernel(): Promise<void> {
	const plan = readState()?.plan ?? null;
	if (hasTool("nft")) {
		await (await openFirewall("nftables")).remove();
		await removeHostTable();
	}
	if (hasTool("iptables-restore")) await (await openFirewall("iptables")).remove();
	await removeUseRules();
	for (const range of listRanges(plan)) await clearRouting(range);
	await new Dnsmasq().setSets("");
	removeState();
}

/** Where rules and tables of ours may be: where the last plan had them, and where the configuration says. */
function listRanges(plan: Plan | null): readonly RoutingRange[] {
	const understood = understandConfig(readConfigIfAny(CONFIG_FILE), {});
	const ranges: RoutingRange[] = plan === null ? [] : [plan];
	if ("model" in understood) ranges.push(understood.model.globals);
	return ranges.filter(
		(range, index) =>
			ranges.findIndex(
				(other) => other.priorityBase === range.priorityBase && other.tableBase === range.tableBase,
			) === index,
	);
}

async function clearRouting({ priorityBase, tableBase }: RoutingRange): Promise<void> {
	const reader = new RoutingReader();
	const ipRules = reader.readIpRules(priorityBase, priorityBase + RULES - 1);
	const tables = reader.readTableRange(tableBase, tableBase + TABLES - 1);
	reader.close();
	await applyRouting(diffIp({ ipRules, tables }, { ipRules: [], tables: [] }));
}

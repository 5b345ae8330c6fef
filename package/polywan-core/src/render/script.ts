import type { Family } from "../family.ts";
import { FAMILIES } from "../family.ts";
import type { Plan } from "../plan/plan.ts";
import { diffIp, renderIpBatch } from "./ip.ts";
import { buildIpsets, renderIpsets } from "./iptables/ipset.ts";
import { renderIptables } from "./iptables/tables.ts";
import { renderNft } from "./nft/table.ts";

export type Backend = "nftables" | "iptables";

/**
 * `polywan script`: everything the plan puts into a kernel that has nothing of ours, as a shell script whose here-documents
 * are the exact texts the daemon gives to the same programs.
 */
export function renderScript(plan: Plan, backend: Backend): string {
	const changes = diffIp({ ipRules: [], tables: [] }, plan);
	const steps = FAMILIES.map((family) =>
		step(`ip -${family} -force -batch -`, renderIpBatch(changes, family)),
	);
	if (backend === "nftables") steps.push(step("nft -f -", renderNft(plan)));
	else {
		const sets = renderIpsets(FAMILIES.flatMap((family) => buildIpsets(plan, family)));
		steps.push(step("ipset -exist restore", sets));
		for (const family of FAMILIES) steps.push(step(restoreCommand(family), renderIptables(plan, family)));
	}
	return ["#!/bin/sh\n", ...steps].join("");
}

function restoreCommand(family: Family): string {
	return `${family === 4 ? "iptables" : "ip6tables"}-restore --noflush -w`;
}

function step(command: string, input: string): string {
	return input === "" ? "" : `\n${command} <<'END'\n${input}END\n`;
}

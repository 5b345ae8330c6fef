import type { FirewallChoice } from "polywan-core/config/model";
import { readNftTables } from "../netlink/nftables.ts";
import type { Firewall } from "./firewall.ts";
import { type FirewallName, pickFirewall } from "./firewall-choice.ts";
import { NftablesFirewall } from "./nftables.ts";
import { hasTool, packageOf, ToolError } from "./tool.ts";

/** What iptables needs is in memory only where it is used. */
export async function openFirewall(name: FirewallName): Promise<Firewall> {
	if (name === "nftables") return new NftablesFirewall();
	const { IptablesFirewall } = await import("./iptables.ts");
	return new IptablesFirewall();
}

/** Which back end carries the plan, and why it is not the one asked for. */
export interface Choice {
	readonly name: FirewallName;
	readonly warning: string | null;
}

/** Takes `wanted`, or the one whose tools are there. Throws ToolError when there is none. See pickFirewall. */
export function chooseFirewall(wanted: FirewallChoice, inForce: FirewallName | "none"): Choice {
	const machine = { nftables: hasTool("nft"), iptables: hasTool("iptables-restore"), isFirewall4Running };
	const name = pickFirewall(wanted, inForce, machine);
	if (name === null)
		throw new ToolError(`neither nft nor iptables-restore is there: install ${packageOf("nft")}`);
	if (wanted === "auto" || wanted === name) return { name, warning: null };
	const program = wanted === "nftables" ? "nft" : "iptables-restore";
	return { name, warning: `${program} is missing (install ${packageOf(program)}); ${name} is used instead` };
}

function isFirewall4Running(): boolean {
	try {
		return readNftTables().includes("inet fw4");
	} catch {
		return false;
	}
}

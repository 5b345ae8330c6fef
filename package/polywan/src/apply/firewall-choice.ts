import type { FirewallChoice } from "polywan-core/config/model";

export type FirewallName = "nftables" | "iptables";

/** What this machine has for a packet filter. */
export interface Machine {
	/** Whether nft is there. */
	readonly nftables: boolean;
	/** Whether iptables-restore is there. */
	readonly iptables: boolean;
	/** Whether fw4's own table is there; asked only where it decides. */
	isFirewall4Running(): boolean;
}

/**
 * The back end for `wanted`, or the one whose tools are there; null: there is none. `inForce` carries the rules now: auto does not
 * leave nftables where fw4's table is missing, for it is away while fw4 is stopped, and after `nft flush ruleset`.
 */
export function pickFirewall(
	wanted: FirewallChoice,
	inForce: FirewallName | "none",
	{ nftables, iptables, isFirewall4Running }: Machine,
): FirewallName | null {
	if (!nftables || !iptables) return nftables ? "nftables" : iptables ? "iptables" : null;
	if (wanted !== "auto") return wanted;
	return inForce === "nftables" || isFirewall4Running() ? "nftables" : "iptables";
}

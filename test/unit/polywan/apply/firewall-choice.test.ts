import { pickFirewall } from "polywan/apply/firewall-choice";
import { expect, test } from "vitest";

test.each([
	["auto", "none", "nft iptables", true, "nftables"],
	["auto", "none", "nft iptables", false, "iptables"],
	["auto", "none", "nft", false, "nftables"],
	["auto", "none", "iptables", false, "iptables"],
	// fw4 was stopped, or its table flushed.
	["auto", "nftables", "nft iptables", false, "nftables"],
	// fw4 has come.
	["auto", "iptables", "nft iptables", true, "nftables"],
	["auto", "nftables", "iptables", false, "iptables"],
	["iptables", "nftables", "nft iptables", true, "iptables"],
	["nftables", "iptables", "nft iptables", false, "nftables"],
	["nftables", "none", "iptables", false, "iptables"],
	["iptables", "none", "nft", false, "nftables"],
	["auto", "none", "", false, null],
] as const)("%s, %s in force, with %s, fw4 %s: %s", (wanted, inForce, tools, fw4, name) => {
	const machine = {
		nftables: tools.includes("nft"),
		iptables: tools.includes("iptables"),
		isFirewall4Running: () => fw4,
	};
	expect(pickFirewall(wanted, inForce, machine)).toBe(name);
});

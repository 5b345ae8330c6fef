import type { PlanSet } from "../plan/plan.ts";
import { ownIpset } from "./iptables/ipset.ts";
import { NFT_TABLE } from "./nft/table.ts";

/** dnsmasq reads no longer lines (MAXDNAME in its config.h). */
const LONGEST_LINE = 1000;

export type DomainSet = Extract<PlanSet, { kind: "domains" }>;

/** dnsmasq's options that put the addresses of names, and of what is below them, into our sets of both families. */
export function renderDropIn(sets: readonly DomainSet[], firewall: "nftables" | "iptables"): string {
	const lines: string[] = [];
	for (const { kernelName, domains } of sets) {
		const [option, target] =
			firewall === "nftables"
				? ["nftset", [4, 6].map((family) => `${family}#inet#${NFT_TABLE}#${kernelName}_${family}`)]
				: ["ipset", ([4, 6] as const).map((family) => ownIpset(kernelName, family))];
		const end = `/${target.join(",")}`;
		let line = `${option}=`;
		for (const domain of domains) {
			if (line.length + domain.length + end.length > LONGEST_LINE) {
				lines.push(`${line}${end}`);
				line = `${option}=`;
			}
			line += `/${domain}`;
		}
		lines.push(`${line}${end}`);
	}
	return lines.map((line) => `${line}\n`).join("");
}

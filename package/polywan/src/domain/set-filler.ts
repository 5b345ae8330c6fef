import { familyOf } from "polywan-core/address";
import { DOMAIN_TIMEOUT_S } from "polywan-core/plan/set-limit";
import { ownIpset } from "polywan-core/render/iptables/ipset";
import { NFT_TABLE } from "polywan-core/render/nft/table";
import { runTool } from "../apply/tool.ts";

/** Puts addresses into sets of domains, or makes their time start anew. Rejects with ToolError. */
export async function addAddresses(
	firewall: "nftables" | "iptables",
	sets: readonly string[],
	addresses: readonly string[],
): Promise<void> {
	const lines = sets.flatMap((set) =>
		([4, 6] as const).flatMap((family) => {
			const own = addresses.filter((address) => familyOf(address) === family);
			if (own.length === 0) return [];
			if (firewall === "iptables")
				return own.map((address) => `add ${ownIpset(set, family)} ${address} timeout ${DOMAIN_TIMEOUT_S}`);
			const elements = `inet ${NFT_TABLE} ${set}_${family} { ${own.join(", ")} }`;
			// Adding what is there leaves its time as it is in kernels before 6.12.
			return [`add element ${elements}`, `delete element ${elements}`, `add element ${elements}`];
		}),
	);
	const argv = firewall === "nftables" ? ["nft", "-f", "-"] : ["ipset", "-exist", "restore"];
	if (lines.length > 0) await runTool(argv, lines.map((line) => `${line}\n`).join(""));
}

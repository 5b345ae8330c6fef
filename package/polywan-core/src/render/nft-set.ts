import type { Family } from "../family.ts";
import { mergeNetworks } from "../plan/network-list.ts";
import type { PlanSet } from "../plan/plan.ts";
import { DOMAIN_TIMEOUT_S } from "./ipset.ts";
import type { NftSet } from "./nft-ruleset.ts";

/** A set of the plan in one family: one that is filled at run time is left as it is by every change. */
export function buildNftSet(set: PlanSet, family: Family): NftSet {
	const type = `type ipv${family}_addr`;
	const name = `${set.kernelName}_${family}`;
	if (set.kind === "domains")
		return {
			kind: "set",
			name,
			definition: [type, "size 65536", "flags timeout", `timeout ${DOMAIN_TIMEOUT_S}s`],
			elements: new Map(),
		};
	const networks = mergeNetworks(set.elements[family], family);
	return {
		kind: "set",
		name,
		definition: [type, "flags interval"],
		elements: new Map(networks.map((network) => [network, ""])),
	};
}

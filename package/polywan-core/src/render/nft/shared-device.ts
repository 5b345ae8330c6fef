import type { Plan } from "../../plan/plan.ts";
import { PRIVATE_NETWORKS } from "../../plan/private-network.ts";
import { type SharedDevice, sharedDevices } from "../../plan/shared-device.ts";
import { renderMark } from "../mark.ts";
import { owningChain } from "./chain-name.ts";
import type { NftChain } from "./ruleset.ts";

/** Where packets that come in by a shared device go: the chain of the uplink whose address they are for. */
export function arrivalChain({ uplinks }: SharedDevice): string {
	return `in${uplinks[0]?.id ?? 0}`;
}

function sharedLeavingChain({ uplinks }: SharedDevice): string {
	return `out${uplinks[0]?.id ?? 0}`;
}

/**
 * Of devices that carry several uplinks: an uplink's own address tells what came in by it; what leaves by it is told by its mark, by the
 * gateway, else by the source. It leaves with the uplink's address, even
 * what has that already: the firewall's masquerade would give it the first one of the device.
 */
export function buildSharedChains(plan: Plan): readonly NftChain[] {
	const mask = renderMark(plan.markMask);
	return sharedDevices(plan).flatMap((shared) => {
		const { uplinks } = shared;
		const gateways = uplinks.map((uplink) => uplink.shared.gateway);
		const isAlone = (gateway: string | null): boolean =>
			gateway !== null && gateways.filter((other) => other === gateway).length === 1;
		const first = `goto ${owningChain(uplinks[0]?.id ?? 0)}`;
		const owners = (key: string, chain: string): readonly string[] =>
			uplinks.flatMap(({ id, addresses }) =>
				addresses[4].map((address) => `${key} ${address} goto ${chain}${id}`),
			);
		return [
			{ name: arrivalChain(shared), hook: null, rules: [...owners("ct original ip daddr", "c"), first] },
			...uplinks.map(({ id, addresses, shared: { source } }) => ({
				name: `src${id}`,
				hook: null,
				rules: [
					`jump ${owningChain(id)}`,
					...addresses[4].map((address) => `ip saddr ${address} snat ip to ${address}`),
					`ip saddr { ${PRIVATE_NETWORKS.join(", ")} } snat ip to ${source}`,
					`fib saddr type local snat ip to ${source}`,
				],
			})),
			{
				name: sharedLeavingChain(shared),
				hook: null,
				rules: [
					...uplinks.map(({ id, mark }) => `meta mark & ${mask} == ${renderMark(mark)} goto src${id}`),
					...uplinks.flatMap(({ id, shared: { gateway } }) =>
						isAlone(gateway) ? [`rt ip nexthop ${gateway} goto src${id}`] : [],
					),
					...owners("ip saddr", "src"),
					first,
				],
			},
		];
	});
}

/** Of the hook after routing, before all else. */
export function sharedLeavingRules(plan: Plan): readonly string[] {
	return sharedDevices(plan).map(
		(shared) => `meta nfproto ipv4 oifname "${shared.device}" goto ${sharedLeavingChain(shared)}`,
	);
}

import type { Plan } from "../plan/plan.ts";
import { type SharedDevice, sharedDevices } from "../plan/shared-device.ts";
import { renderMark } from "./mark.ts";
import type { NftChain } from "./nft-ruleset.ts";

/** Sources of homes and of carriers' customers (RFC 1918, RFC 6598): no provider carries them as they are. */
export const PRIVATE_NETWORKS = ["10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16"] as const;

/** Where packets that come in by a shared device go: the chain of the uplink whose address they are for. */
export function arrivalChain({ uplinks }: SharedDevice): string {
	return `in${uplinks[0]?.id ?? 0}`;
}

function leavingChain({ uplinks }: SharedDevice): string {
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
		const first = `goto c${uplinks[0]?.id ?? 0}`;
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
					`jump c${id}`,
					...addresses[4].map((address) => `ip saddr ${address} snat ip to ${address}`),
					`ip saddr { ${PRIVATE_NETWORKS.join(", ")} } snat ip to ${source}`,
					`fib saddr type local snat ip to ${source}`,
				],
			})),
			{
				name: leavingChain(shared),
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
		(shared) => `meta nfproto ipv4 oifname "${shared.device}" goto ${leavingChain(shared)}`,
	);
}

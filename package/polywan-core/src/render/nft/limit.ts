import { limitedUplinks } from "../../plan/limit.ts";
import type { Plan, PlanUplink } from "../../plan/plan.ts";
import { renderComment } from "../mark.ts";
import type { NftChain, NftSet } from "./ruleset.ts";

/** Devices of uplinks that are limited lead to the chain of theirs; nothing where none is. */
export function buildLimitMaps(plan: Plan): readonly NftSet[] {
	const limited = limitedUplinks(plan);
	if (limited.length === 0) return [];
	const map = (name: string, chain: string): NftSet => ({
		kind: "map",
		name,
		definition: ["type ifname : verdict"],
		elements: new Map(
			limited.flatMap(({ id, devices }) =>
				devices.map((device) => [`"${device}"`, `jump ${chain}${id}`] as const),
			),
		),
	});
	return [map("limit_in", "ld"), map("limit_out", "lu")];
}

/** One bucket for both families and for all of an uplink's devices. */
export function buildLimitChains(plan: Plan): readonly NftChain[] {
	return limitedUplinks(plan).flatMap(({ id, name, limit }) => [
		{ name: `ld${id}`, hook: null, rules: [renderLimit(limit.downloadBytesPerSecond, name)] },
		{ name: `lu${id}`, hook: null, rules: [renderLimit(limit.uploadBytesPerSecond, name)] },
	]);
}

/** The kernel's bucket holds what comes in a second, and the burst (nft_limit_init in net/netfilter/nft_limit.c). */
function renderLimit(bytesPerSecond: number, uplink: PlanUplink["name"]): string {
	return `limit rate over ${bytesPerSecond} bytes/second burst 16384 bytes drop comment "${renderComment("uplink", uplink)}"`;
}

/** Before anything else is done to what comes in, and after all that is done to what goes out. */
export function buildLimitHooks(plan: Plan): readonly NftChain[] {
	if (limitedUplinks(plan).length === 0) return [];
	const spared = ["meta l4proto { 1, 58 } return", "tcp flags & syn == syn return"];
	return [
		{
			name: "limit_prerouting",
			hook: "type filter hook prerouting priority mangle - 1; policy accept;",
			rules: [...spared, "udp sport 53 return", "iifname vmap @limit_in"],
		},
		{
			name: "limit_postrouting",
			hook: "type filter hook postrouting priority mangle + 1; policy accept;",
			rules: [...spared, "udp dport 53 return", "oifname vmap @limit_out"],
		},
	];
}

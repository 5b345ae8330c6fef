import type { Family } from "../../family.ts";
import { type LimitedUplink, limitedUplinks } from "../../plan/limit.ts";
import type { Plan } from "../../plan/plan.ts";
import { renderComment } from "../mark.ts";
import { CHAIN_PREFIX, type IptablesChain } from "./ruleset.ts";

const KILOBYTE = 1024;

/** Chains of table mangle that drop what is too much, and what leads to them; nothing where no uplink is limited. */
export function buildIptablesLimits(
	plan: Plan,
	family: Family,
): {
	readonly chains: readonly IptablesChain[];
	readonly hooks: readonly { readonly from: string; readonly to: string }[];
} {
	const limited = limitedUplinks(plan);
	if (limited.length === 0) return { chains: [], hooks: [] };
	const spared = [
		family === 4 ? "-p icmp -j RETURN" : "-p ipv6-icmp -j RETURN",
		"-p tcp -m tcp --tcp-flags SYN SYN -j RETURN",
	];
	const lead = (option: "-i" | "-o", kind: string): readonly string[] =>
		limited.flatMap(({ id, devices }) =>
			devices.map((device) => `${option} ${device} -j ${CHAIN_PREFIX}${kind}${id}`),
		);
	const incoming = `${CHAIN_PREFIX}limit_in`;
	const outgoing = `${CHAIN_PREFIX}limit_out`;
	return {
		chains: [
			...limited.flatMap((uplink) => [
				bucket(uplink, "ld", uplink.limit.downloadBytesPerSecond),
				bucket(uplink, "lu", uplink.limit.uploadBytesPerSecond),
			]),
			chain(incoming, [...spared, "-p udp -m udp --sport 53 -j RETURN", ...lead("-i", "ld")]),
			chain(outgoing, [...spared, "-p udp -m udp --dport 53 -j RETURN", ...lead("-o", "lu")]),
		],
		hooks: [
			{ from: "POSTROUTING", to: outgoing },
			{ from: "PREROUTING", to: incoming },
		],
	};
}

/** The rate is part of the bucket's name: the kernel takes no other rate for one that is there (htable_find_get in xt_hashlimit.c). */
function bucket({ id, name }: LimitedUplink, kind: string, bytesPerSecond: number): IptablesChain {
	const rate = Math.max(1, Math.round(bytesPerSecond / KILOBYTE));
	const words = [
		"-m hashlimit",
		`--hashlimit-above ${rate}kb/s --hashlimit-burst ${rate}kb`,
		`--hashlimit-name pw${kind}${id}_${rate}`,
		`-m comment --comment ${renderComment("uplink", name)}`,
		"-j DROP",
	];
	return chain(`${CHAIN_PREFIX}${kind}${id}`, [words.join(" ")]);
}

function chain(name: string, rules: readonly string[]): IptablesChain {
	return { name, rules, dynamic: false };
}

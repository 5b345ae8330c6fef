import type { Family } from "../../family.ts";
import type { Plan, PlanSticky } from "../../plan/plan.ts";
import { DOMAIN_TIMEOUT_S, HEAVY_TIMEOUT_S, MOST_SET_ENTRIES } from "../../plan/set-limit.ts";

/** A set of the kernel's ipset that iptables rules of ours look into. */
export interface Ipset {
	/** At most 31 characters (IPSET_MAXNAMELEN - 1). */
	readonly name: string;
	/** What follows the name in `ipset create`; it cannot change. */
	readonly definition: string;
}

/** For pairs of source and destination: ipset has none without a port (hash:net,net is rare), so that the destination's is part of it. */
const PAIRS = "hash:ip,port,ip";
/** What of a packet is looked up in such a set: its source, the destination's port, its destination. */
export const PAIR_SIDES = "src,dst,dst";

const STICKY_TYPES = { source: "hash:ip", source_destination: PAIRS } as const;

/** Prefix of every set of ours. */
export const IPSET_PREFIX = "polywan_";

/** The sets that the rules of the family need. */
export function buildIpsets(plan: Plan, family: Family): readonly Ipset[] {
	if (!plan.managed[family]) return [];
	const sets = plan.rules
		.filter(({ match }) => match.families.includes(family))
		.flatMap(({ kernelName, sticky }) =>
			(sticky?.uplinks[family] ?? []).map((id) => ({
				name: stickyIpset(kernelName, id, family, sticky?.key ?? "source"),
				definition: `${STICKY_TYPES[sticky?.key ?? "source"]} family ${inet(family)} timeout 86400`,
			})),
		);
	for (const { kind, kernelName } of plan.sets) {
		if (kind === "named") continue;
		const [type, timeoutS] = kind === "domains" ? ["hash:ip", DOMAIN_TIMEOUT_S] : [PAIRS, HEAVY_TIMEOUT_S];
		const definition = `${type} family ${inet(family)} maxelem ${MOST_SET_ENTRIES} timeout ${timeoutS}`;
		sets.push({ name: ownIpset(kernelName, family), definition });
	}
	return [...new Map(sets.map((set) => [set.name, set])).values()];
}

/** Addresses of names, or what else a set of the plan is there for. */
export function ownIpset(kernelName: string, family: Family): string {
	return `${IPSET_PREFIX}${kernelName}_${family}`;
}

/** What a sticky rule keeps on an uplink; a set cannot become one of another type. */
export function stickyIpset(
	kernelName: string,
	uplink: number,
	family: Family,
	key: PlanSticky["key"],
): string {
	const kind = key === "source" ? "k" : "q";
	return `${IPSET_PREFIX}${kind}${kernelName.slice(1)}_${uplink}_${family}`;
}

/** Text for `ipset -exist restore` after which the sets are there; those that are keep what they hold. */
export function renderIpsets(sets: readonly Ipset[]): string {
	return sets.map(({ name, definition }) => `create ${name} ${definition}\n`).join("");
}

/** Text for `ipset restore` that takes sets away; no rule may look into them any more. */
export function renderIpsetRemoval(names: readonly string[]): string {
	return names.map((name) => `destroy ${name}\n`).join("");
}

function inet(family: Family): string {
	return family === 4 ? "inet" : "inet6";
}

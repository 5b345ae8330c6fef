import type { Family } from "../../family.ts";
import { FAMILIES } from "../../family.ts";
import { mergeNetworks } from "../../plan/network-list.ts";
import type { Plan, PlanSet } from "../../plan/plan.ts";
import { DOMAIN_TIMEOUT_S, HEAVY_TIMEOUT_S, MOST_SET_ENTRIES } from "../../plan/set-limit.ts";
import type { NftSet } from "./ruleset.ts";
import { ipWord } from "./word.ts";

/** One set for all uplinks: each lets its own sources pass first. */
export const KNOWN_SOURCES = "sources6";

/** A set of the plan in one family: one that is filled at run time is left as it is by every change. */
export function buildNftSet(set: PlanSet, family: Family): NftSet {
	const type = `type ipv${family}_addr`;
	const name = `${set.kernelName}_${family}`;
	if (set.kind === "domains")
		return {
			kind: "set",
			name,
			definition: [type, `size ${MOST_SET_ENTRIES}`, "flags timeout", `timeout ${DOMAIN_TIMEOUT_S}s`],
			elements: new Map(),
		};
	if (set.kind === "heavy") {
		const pairs = `type ipv${family}_addr . ipv${family}_addr`;
		const definition = [pairs, `size ${MOST_SET_ENTRIES}`, "flags dynamic,timeout"];
		return { kind: "set", name, definition, elements: new Map() };
	}
	return networkSet(name, family, mergeNetworks(set.elements[family], family));
}

/** Rules for where packets leave, that put source and destination of heavy connections into the sets. */
export function renderHeavyRules(sets: readonly PlanSet[], families: readonly Family[]): readonly string[] {
	return sets.flatMap((set) => {
		if (set.kind !== "heavy") return [];
		return families.map((family) => {
			const ip = ipWord(family);
			const pair = `{ ${ip} saddr . ${ip} daddr timeout ${HEAVY_TIMEOUT_S / 3600}h }`;
			const isHeavy = `meta nfproto ipv${family} ct direction original ct bytes > ${set.bytes}`;
			return `${isHeavy} update @${set.kernelName}_${family} ${pair}`;
		});
	});
}

/** Networks that the plan itself knows, each family's apart. */
export function buildNetworkSets(plan: Plan): readonly NftSet[] {
	return [
		networkSet(KNOWN_SOURCES, 6, plan.knownSources),
		...FAMILIES.flatMap((family) => [
			networkSet(`bypass${family}`, family, plan.bypass[family]),
			...(plan.endpoints[family].length > 0
				? [networkSet(`endpoints${family}`, family, plan.endpoints[family])]
				: []),
		]),
	];
}

function networkSet(name: string, family: Family, networks: readonly string[]): NftSet {
	return {
		kind: "set",
		name,
		definition: [`type ipv${family}_addr`, "flags interval"],
		elements: new Map(networks.map((network) => [network, ""])),
	};
}

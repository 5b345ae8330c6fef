import type { Network } from "../address.ts";
import { familyOf, networkContains, parseNetwork, renderNetwork } from "../address.ts";
import type { PortRange } from "../config/model.ts";
import type { Family } from "../family.ts";

/** Networks of one family from canonical text (networks or addresses), sorted, without those inside others: the kernel refuses overlaps in a set. */
export function mergeNetworks(networks: readonly string[], family: Family): readonly string[] {
	const ofFamily = networks.filter((network) => familyOf(network) === family);
	if (ofFamily.length === 0) return [];
	if (ofFamily.length === 1 && ofFamily[0]?.includes("/")) return ofFamily;
	const parsed = ofFamily.map(parseNetwork).filter((network): network is Network => network !== null);
	parsed.sort(compareNetworks);
	const kept: Network[] = [];
	for (const network of parsed) {
		const last = kept.at(-1);
		if (last === undefined || !networkContains(last, network)) kept.push(network);
	}
	return kept.map(renderNetwork);
}

/** By address, the wider one first. */
function compareNetworks(a: Network, b: Network): number {
	for (const [index, byte] of a.bytes.entries()) {
		const difference = byte - (b.bytes[index] ?? 0);
		if (difference !== 0) return difference;
	}
	return a.prefixLength - b.prefixLength;
}

/** Sorted, with overlapping and adjacent ranges made one. */
export function mergePorts(ranges: readonly PortRange[]): readonly PortRange[] {
	if (ranges.length < 2) return ranges;
	const merged: { from: number; to: number }[] = [];
	for (const range of [...ranges].sort((a, b) => a.from - b.from)) {
		const last = merged.at(-1);
		if (last !== undefined && range.from <= last.to + 1) last.to = Math.max(last.to, range.to);
		else merged.push({ ...range });
	}
	return merged;
}

import type { Network } from "../address.ts";
import { compareAddresses, familyOf, networkContains, parseNetwork, renderNetwork } from "../address.ts";
import type { PortRange } from "../config/port-range.ts";
import type { Family } from "../family.ts";

/** Those of one family, as they are. */
export function networksOf(networks: readonly string[], family: Family): readonly string[] {
	return networks.filter((network) => familyOf(network) === family);
}

/** Networks of one family from canonical text (networks or addresses), sorted, without those inside others: the kernel refuses overlaps in a set. */
export function mergeNetworks(networks: readonly string[], family: Family): readonly string[] {
	const ofFamily = networksOf(networks, family);
	if (ofFamily.length === 0) return [];
	const [only] = ofFamily;
	if (ofFamily.length === 1 && only !== undefined)
		return only.includes("/") ? ofFamily : [`${only}/${family === 4 ? 32 : 128}`];
	const parsed = ofFamily.flatMap((text) => {
		const network = parseNetwork(text);
		return network === null ? [] : [{ text, network }];
	});
	parsed.sort((a, b) => compareNetworks(a.network, b.network));
	const kept: Entry[] = [];
	for (const entry of parsed) {
		const last = kept.at(-1);
		if (last === undefined || !networkContains(last.network, entry.network)) kept.push(entry);
	}
	return kept.map(({ text, network }) => (text.includes("/") ? text : renderNetwork(network)));
}

interface Entry {
	readonly text: string;
	readonly network: Network;
}

/** By address, the wider one first. */
function compareNetworks(a: Network, b: Network): number {
	return compareAddresses(a, b) || a.prefixLength - b.prefixLength;
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

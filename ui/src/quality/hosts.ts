import type { HostUsageStatus } from "polywan-core/status";

/** A computer at home: the addresses of one name, or one address nobody has a name for. */
export interface HostTotal {
	readonly name: string;
	/** Empty where the name is the address. */
	readonly addresses: readonly string[];
	readonly rxBytes: number;
	readonly txBytes: number;
	/** What went by each uplink, most first. */
	readonly uplinks: readonly { readonly name: string; readonly bytes: number }[];
}

/** What the daemon calls those it had no room for. */
export const OTHERS = "others";

/** Hosts with what all their addresses received and sent by all uplinks, most first. */
export function sumHosts(entries: readonly HostUsageStatus[]): HostTotal[] {
	const groups = new Map<string, HostUsageStatus[]>();
	for (const entry of entries) {
		const key = entry.name ?? entry.address;
		const group = groups.get(key);
		if (group === undefined) groups.set(key, [entry]);
		else group.push(entry);
	}
	return [...groups].map(([name, group]) => sumHost(name, group)).sort((a, b) => bytesOf(b) - bytesOf(a));
}

function sumHost(name: string, group: readonly HostUsageStatus[]): HostTotal {
	const uplinks = new Map<string, number>();
	for (const { uplink, rx_bytes: rx, tx_bytes: tx } of group)
		uplinks.set(uplink, (uplinks.get(uplink) ?? 0) + rx + tx);
	return {
		name,
		addresses: [...new Set(group.map(({ address }) => address))].filter((address) => address !== name),
		rxBytes: group.reduce((sum, entry) => sum + entry.rx_bytes, 0),
		txBytes: group.reduce((sum, entry) => sum + entry.tx_bytes, 0),
		uplinks: [...uplinks].map(([name, bytes]) => ({ name, bytes })).sort((a, b) => b.bytes - a.bytes),
	};
}

export function bytesOf({ rxBytes, txBytes }: HostTotal): number {
	return rxBytes + txBytes;
}

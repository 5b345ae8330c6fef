import type { Hosts, HostUsage } from "./hosts.ts";

/** What the kernel has counted for an address since it began to. */
export interface HostCounter {
	readonly address: string;
	readonly rxBytes: number;
	readonly txBytes: number;
}

/** Of one uplink; beyond them those that had least are one. */
export const MOST_HOSTS = 1024;
/** Stands for addresses there was no room for. */
export const OTHER_HOSTS = "others";

/** Adds what was counted since the last time; a counter that is lower than it was has begun anew, and so has one that is gone. */
export function addHostCounters(hosts: Hosts, counters: readonly HostCounter[]): Hosts {
	const after = new Map(
		Object.entries(hosts).map(([address, host]) => [address, { ...host, rxSeen: 0, txSeen: 0 }]),
	);
	for (const { address, rxBytes, txBytes } of counters) {
		const old = hosts[address];
		after.set(address, {
			rxBytes: (old?.rxBytes ?? 0) + since(old?.rxSeen, rxBytes),
			txBytes: (old?.txBytes ?? 0) + since(old?.txSeen, txBytes),
			rxSeen: rxBytes,
			txSeen: txBytes,
		});
	}
	return Object.fromEntries(after.size > MOST_HOSTS ? gather(after) : after);
}

function since(seen: number | undefined, now: number): number {
	return seen !== undefined && now >= seen ? now - seen : now;
}

/** Keeps those that had most. */
function gather(hosts: ReadonlyMap<string, HostUsage>): readonly (readonly [string, HostUsage])[] {
	const sorted = [...hosts]
		.filter(([address]) => address !== OTHER_HOSTS)
		.sort(([, one], [, two]) => two.rxBytes + two.txBytes - one.rxBytes - one.txBytes);
	const rest = sorted.slice(MOST_HOSTS - 1).map(([, host]) => host);
	const before = hosts.get(OTHER_HOSTS);
	const others = {
		rxBytes: rest.reduce((sum, { rxBytes }) => sum + rxBytes, before?.rxBytes ?? 0),
		txBytes: rest.reduce((sum, { txBytes }) => sum + txBytes, before?.txBytes ?? 0),
		rxSeen: 0,
		txSeen: 0,
	};
	return [...sorted.slice(0, MOST_HOSTS - 1), [OTHER_HOSTS, others]];
}

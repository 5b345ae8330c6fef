/** What went between one address at home and the Internet by one uplink. */
export interface HostUsage {
	/** Of the present period. */
	readonly rxBytes: number;
	readonly txBytes: number;
	/** What the kernel's counters showed when they were last looked at. */
	readonly rxSeen: number;
	readonly txSeen: number;
}

/** By address. */
export type Hosts = Readonly<Record<string, HostUsage>>;

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

/** A period begins: counters go on, but nothing of it is used yet. */
export function turnHosts(hosts: Hosts): Hosts {
	const live = Object.entries(hosts).filter(([, { rxSeen, txSeen }]) => rxSeen + txSeen > 0);
	return Object.fromEntries(live.map(([address, host]) => [address, { ...host, rxBytes: 0, txBytes: 0 }]));
}

/** After a reboot the counters begin at 0. */
export function restartHosts(hosts: Hosts): Hosts {
	return Object.fromEntries(
		Object.entries(hosts).map(([address, host]) => [address, { ...host, rxSeen: 0, txSeen: 0 }]),
	);
}

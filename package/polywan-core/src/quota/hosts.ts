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

import type { Family } from "./family.ts";

/** What the system says of one uplink in one family, from netifd and rtnetlink. */
export interface Link {
	readonly uplink: string;
	readonly family: Family;
	/** netifd interface that carries the family, e.g. "wan6". */
	readonly interface: string;
	/** Layer-3 device, e.g. "pppoe-wan". */
	readonly device: string;
	readonly ifindex: number;
	/** Global addresses on the device. */
	readonly addresses: readonly LinkAddress[];
	/** Delegated IPv6 prefixes, "2001:db8:1::/56". */
	readonly prefixes: readonly string[];
	/** Next hop of the default route; null on a point-to-point link without one. */
	readonly gateway: string | null;
	readonly dnsServers: readonly string[];
	readonly mtu: number;
	/** False when the cable is out or the device is down. */
	readonly carrier: boolean;
}

export interface LinkAddress {
	readonly address: string;
	readonly prefixLength: number;
}

/** netifd interfaces and their devices, for rules that name a source interface. */
export type InterfaceDevices = ReadonlyMap<string, string>;

import type { Family } from "../family.ts";

/** What few rules look at; what is absent is not known. */
export interface PacketDetails {
	/** Of ICMP, or ICMPv6. */
	readonly icmpType?: number;
	/** Code point, 0–63. */
	readonly dscp?: number;
	/** What others set, without our own bits; unsigned. */
	readonly mark?: number;
	/** Lower case, with colons. */
	readonly sourceMac?: string;
	/** Who sends it, where the router does. */
	readonly user?: number;
	readonly group?: number;
}

/** The first packet of a connection, as far as it is known. */
export interface Packet extends PacketDetails {
	readonly family: Family;
	/** null: the router's own, without a source bound. */
	readonly source: string | null;
	readonly destination: string;
	/** IP protocol number; null: any. */
	readonly protocol: number | null;
	readonly sourcePort: number | null;
	readonly destinationPort: number | null;
	/** Layer-3 device it came in by; null: the router itself sends it. */
	readonly incomingDevice: string | null;
}

/** What the kernel says of the destination, apart from polywan's own rules and tables. */
export interface RouteFacts {
	/** What the destination is to the router itself. */
	readonly destination: "remote" | "local" | "broadcast" | "multicast";
	/** The route before any balancing: connected networks, static routes and VPNs in main, and the user's tables; null: none. */
	readonly specific: RouteFact | null;
	/** What main alone would do, default routes included; null: no route. */
	readonly fallback: RouteFact | null;
	/** By `setKey`: whether the packet's address is in a set that a rule looks into; absent: not known. */
	readonly members?: ReadonlyMap<string, boolean>;
}

export interface RouteFact {
	readonly device: string;
	readonly gateway: string | null;
	/** 254: main. */
	readonly table: number;
}

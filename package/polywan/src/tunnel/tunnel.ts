/** An uplink that netifd says is a WireGuard tunnel, and whose far ends nobody has configured. */
export interface Tunnel {
	readonly uplink: string;
	/** netifd's name of it. */
	readonly interface: string;
	readonly device: string;
}

/** Addresses of the far ends of each tunnel among the uplinks; none: not known yet. */
export type FarEndsByUplink = ReadonlyMap<string, readonly string[]>;

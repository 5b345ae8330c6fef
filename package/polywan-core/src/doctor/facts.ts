import type { Problem } from "../config/problem.ts";
import type { Family, PerFamily } from "../family.ts";
import type { Status } from "../status.ts";

/** Everything the doctor looks at. What could not be found out is null, and nothing is said of it. */
export interface DoctorFacts {
	/** Null: the daemon does not answer. */
	readonly status: Status | null;
	/** Why it does not. */
	readonly daemonTrouble: string | null;
	readonly problems: readonly Problem[];
	readonly uplinks: readonly UplinkFacts[];
	/** /proc/sys/net/…/forwarding */
	readonly forwarding: PerFamily<boolean | null>;
	/** Interfaces netifd knows; null: netifd was not asked. */
	readonly interfaces: readonly string[] | null;
	/** Null: there is no firewall configuration. */
	readonly firewall: FirewallFacts | null;
	/** Whether fw4's table is in the kernel; null: there is no fw4. */
	readonly firewall4Running: boolean | null;
	/** Programs that do the same, or parts of it, and run or start at boot. */
	readonly rivals: readonly { readonly name: string; readonly running: boolean }[];
	/** ip rules of others that look at the mark. */
	readonly foreignMarks: readonly ForeignMark[];
	/** Unsigned. */
	readonly markMask: number;
	readonly resolvers: readonly ResolverFacts[];
	/** Files and folders of certificates that https targets are checked by, and that are not there. */
	readonly missingAuthorities: readonly { readonly path: string; readonly uplinks: readonly string[] }[];
	/** Uplinks that are tunnels, and where their packets go to nobody knows. */
	readonly looseTunnels: readonly string[];
	readonly conntrack: { readonly count: number; readonly max: number } | null;
	/** What the kernel has and should not, or lacks. */
	readonly differences: readonly string[];
}

export interface UplinkFacts {
	readonly name: string;
	/** As configured: netifd names. */
	readonly interfaces: readonly string[];
	readonly families: readonly Family[];
	/** The interface that carries IPv4, and its device; null: none does now. */
	readonly ipv4: { readonly interface: string; readonly device: string } | null;
	/** Option metric of that interface in /etc/config/network; 0: none. */
	readonly metric: number;
	/** rp_filter that counts for the device: 0 off, 1 strict, 2 loose; null: not known. */
	readonly reversePathFilter: number | null;
}

export interface FirewallFacts {
	readonly flowOffloading: boolean;
	/** The devices forward by themselves, past the kernel. */
	readonly hardwareOffloading?: boolean;
	readonly zones: readonly {
		readonly name: string;
		readonly networks: readonly string[];
		readonly masquerades: boolean;
	}[];
}

export interface ForeignMark {
	readonly family: Family;
	readonly priority: number;
	readonly mask: number;
	readonly value: number;
}

/** A name server that one uplink brought, and the device by which it is asked now. */
export interface ResolverFacts {
	readonly server: string;
	readonly uplinks: readonly string[];
	/** Null: there is no route to it. */
	readonly device: string | null;
	/** Devices of the uplinks that brought it. */
	readonly ownDevices: readonly string[];
}

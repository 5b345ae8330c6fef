import type { ConditionKind } from "../config/condition.ts";
import type { LastResort, Match, RuleLogLevel } from "../config/model.ts";
import type { Family, PerFamily } from "../family.ts";
import type { StandIn } from "./name-server.ts";

/** The desired kernel state, independent of the firewall back end. Lists are in a stable order, so equal plans are deeply equal. */
export interface Plan {
	/** Unsigned 32-bit. Every mark below lies inside it. */
	readonly markMask: number;
	/** Marks that stand for a verdict, made effective by ip rules: 253 falls through to main, 254 unreachable, 255 blackhole (shifted into the mask). */
	readonly verdictMarks: Readonly<Record<LastResort, number>>;
	/**
	 * 252, on no packet for long: those of our own that conntrack must not see, such as forged ACKs; and new ones while it is
	 * found out whether the Internet is where they go, for which an ip rule leads to a table that has an answer.
	 */
	readonly notrackMark: number;
	/** Our routing tables are tableBase to tableBase + 255. */
	readonly tableBase: number;
	/** Our ip rule priorities are priorityBase to priorityBase + 999. */
	readonly priorityBase: number;
	/** Whether there is a place for TCP connections to be reset. */
	readonly resetConnections: boolean;
	/** Families that are balanced or have a rule of ours; in others nothing is done to packets. */
	readonly managed: PerFamily<boolean>;
	readonly uplinks: readonly PlanUplink[];
	readonly policies: readonly PlanPolicy[];
	readonly rules: readonly PlanRule[];
	/** Sets that rules look into. */
	readonly sets: readonly PlanSet[];
	/** What a new connection gets that no rule matches. */
	readonly defaultTarget: PlanTarget;
	/** Destinations never balanced, canonical CIDR, per family: multicast, link-local, the user's list. Connected networks are left to ip rules (main without its default routes comes first) and to `fib daddr type local`. */
	readonly bypass: PerFamily<readonly string[]>;
	/** Far ends of tunnels that are uplinks, canonical CIDR: what the router sends there is routed packet by packet, by the uplinks that carry tunnels. */
	readonly endpoints: PerFamily<readonly string[]>;
	/** IPv6 networks that are some uplink's or nobody's on the Internet, canonical CIDR: no other uplink carries them as they are. */
	readonly knownSources: readonly string[];
	/** Name servers of uplinks that do not work, and which one answers the router instead. */
	readonly standIns: PerFamily<readonly StandIn[]>;
	readonly tables: readonly PlanTable[];
	readonly ipRules: readonly PlanIpRule[];
}

export interface PlanUplink {
	/** UCI name, for comments. */
	readonly name: string;
	/** 1–251, kept while the name exists. */
	readonly id: number;
	readonly mark: number;
	/** Layer-3 device per family, null when the family has no link. */
	readonly devices: PerFamily<string | null>;
	/** Own global addresses. */
	readonly addresses: PerFamily<readonly string[]>;
	/** Delegated IPv6 prefixes whose hosts must leave by this uplink while it is eligible. */
	readonly prefixes: readonly string[];
	readonly translation: PlanTranslation;
	readonly eligible: PerFamily<boolean>;
	/** Absent: its IPv4 device is its alone. */
	readonly shared?: PlanShared;
	/** What it may still carry; absent: whatever it can. */
	readonly limit?: PlanLimit;
}

/** What tells an uplink from others on its device, in IPv4. */
export interface PlanShared {
	readonly gateway: string | null;
	/** What it sends as. */
	readonly source: string;
}

/** Both families together where the back end can. */
export interface PlanLimit {
	readonly downloadBytesPerSecond: number;
	readonly uploadBytesPerSecond: number;
}

/** What becomes of IPv6 sources of other hosts that are not the uplink's own. */
export type PlanTranslation =
	| { readonly kind: "none" }
	/** Known ones are those of the plan's `knownSources`. */
	| { readonly kind: "masquerade"; readonly sources: "known" | "all" }
	/** The first bits become those of this prefix, one to one. */
	| { readonly kind: "prefix"; readonly to: string };

/** Kernel names are "p<index in the list of all policies ever seen>"-like short ones: derived, stable, at most 15 characters. */
export interface PlanPolicy {
	readonly name: string;
	readonly kernelName: string;
	readonly shares: PerFamily<PlanShare>;
	/** Which way of an adaptive policy this is; absent: the one for what has no class, or the only one. */
	readonly variant?: "latency" | "least_used";
}

export type PlanShare =
	/** Uplink ids in the order connections take them, repeating: an exact interleaved round robin (smooth weighted round robin). */
	| { readonly kind: "slots"; readonly slots: readonly number[] }
	/** The same, of a fixed length, with slots that change while connections come. `first`: who takes the very next one; null: no matter. */
	| { readonly kind: "table"; readonly slots: readonly number[]; readonly first: number | null }
	/** Uplink ids by the hash of a flow's addresses, protocol and ports. Back ends that cannot do it take turns in the same proportion. */
	| { readonly kind: "hash"; readonly slots: readonly number[] }
	/** No member is eligible. */
	| { readonly kind: "verdict"; readonly verdict: LastResort };

export interface PlanRule {
	readonly name: string;
	/** "r" and eight hex digits: of chains and sets of its own, which not every rule needs. */
	readonly kernelName: string;
	readonly match: PlanMatch;
	readonly target: PlanTarget;
	readonly log: boolean;
	/** Absent: "warning", which is the kernel's own. */
	readonly logLevel?: RuleLogLevel;
	readonly sticky: PlanSticky | null;
}

export type PlanSet =
	/** Addresses of names, filled at run time; the kernel name is "d" and a hash. */
	| { readonly kind: "domains"; readonly kernelName: string; readonly domains: readonly string[] }
	/** Pairs of source and destination of which a connection had more bytes; the kernel name is "h" and a hash. */
	| { readonly kind: "heavy"; readonly kernelName: string; readonly bytes: number }
	/** Somebody else's set, by its name; in nftables a copy with these elements, "e" and a hash. */
	| {
			readonly kind: "named";
			readonly kernelName: string;
			readonly name: string;
			readonly elements: PerFamily<readonly string[]>;
	  };

export interface PlanSticky {
	readonly key: "source" | "source_destination";
	readonly timeoutS: number;
	/** Ids of the uplinks a source may stay on: those of the target that take new connections. */
	readonly uplinks: PerFamily<readonly number[]>;
}

/** A rule's match, with devices in place of interfaces and numbers in place of accounts. */
export type PlanMatch = Omit<Match, "sourceInterfaces" | "conditions"> & {
	readonly sourceDevices: readonly string[];
	readonly conditions: readonly PlanCondition[];
};

export type PlanCondition = { readonly not: boolean } & (
	| Exclude<
			ConditionKind,
			{
				readonly on:
					| "sourceInterface"
					| "sourceZone"
					| "user"
					| "group"
					| "domain"
					| "heavy"
					| "app"
					| "sourceSet"
					| "destinationSet";
			}
	  >
	| {
			readonly on: "sourceSet" | "destinationSet";
			/** Kernel name of a set of the plan, without the family. */
			readonly set: string;
			/** What it is a copy of, null for one of our own. */
			readonly foreign: { readonly name: string; readonly families: readonly Family[] } | null;
	  }
	| { readonly on: "sourceDevice"; readonly devices: readonly string[] }
	/** Source and destination are together in a set of the plan. */
	| { readonly on: "heavy"; readonly set: string }
	| { readonly on: "user" | "group"; readonly ids: readonly number[] }
);

export type PlanTarget =
	| { readonly kind: "policy"; readonly kernelName: string }
	/** A rule that names an uplink: its id while eligible, else unreachable. */
	| { readonly kind: "uplink"; readonly id: number; readonly shares: PerFamily<PlanShare> }
	| { readonly kind: "verdict"; readonly verdict: LastResort };

/** One routing table in one family, complete: routes not listed do not belong there. */
export interface PlanTable {
	readonly table: number;
	readonly family: Family;
	readonly routes: readonly PlanRoute[];
}

export type PlanRoute =
	| {
			readonly kind: "unicast";
			/** Canonical CIDR; a default route is "0.0.0.0/0" or "::/0". */
			readonly destination: string;
			readonly nexthops: readonly PlanNexthop[];
			readonly metric: number;
			readonly source: string | null;
	  }
	/** The backstop that keeps marked packets from falling through to another uplink. */
	| { readonly kind: "unreachable"; readonly destination: string; readonly metric: number };

export interface PlanNexthop {
	readonly device: string;
	/** null: the device is point-to-point or the network is connected. */
	readonly gateway: string | null;
	/** The gateway is outside the device's networks: the kernel's `onlink`. */
	readonly onlink: boolean;
	/** 1–256 (rtnh_hops + 1). */
	readonly weight: number;
}

export interface PlanIpRule {
	readonly family: Family;
	readonly priority: number;
	readonly fwmark: { readonly value: number; readonly mask: number } | null;
	/** Canonical CIDR. */
	readonly from: string | null;
	/** Canonical CIDR. */
	readonly to: string | null;
	readonly incomingInterface: string | null;
	readonly outgoingInterface: string | null;
	readonly action:
		| { readonly kind: "lookup"; readonly table: number; readonly suppressPrefixLength: number | null }
		| { readonly kind: "unreachable" }
		| { readonly kind: "blackhole" }
		/** On to the rule with this priority, and past those before it. */
		| { readonly kind: "goto"; readonly priority: number }
		/** A place to go to. */
		| { readonly kind: "nop" };
}

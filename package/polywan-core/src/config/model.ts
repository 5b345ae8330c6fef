import type { Family } from "../family.ts";
import type { Quota } from "../quota/quota.ts";
import type { TimeZone } from "../schedule/time-zone.ts";
import type { Window } from "../schedule/window.ts";
import type { Condition } from "./condition.ts";
import type { PortRange } from "./port-range.ts";
import type { Problem } from "./problem.ts";

/** `/etc/config/polywan`, parsed and validated. Everything in it can be used as it stands; what could not is in `problems`. */
export interface Model {
	readonly globals: Globals;
	readonly uplinks: readonly Uplink[];
	readonly policies: readonly Policy[];
	/** In the order they are tried; the first match wins. */
	readonly rules: readonly Rule[];
	readonly problems: readonly Problem[];
}

export type FirewallChoice = "auto" | "nftables" | "iptables";
/** As nftables and syslog name them. */
export type RuleLogLevel = "emerg" | "alert" | "crit" | "err" | "warning" | "notice" | "info" | "debug";

export type LogLevel = "error" | "warning" | "notice" | "info" | "debug";

export interface Globals {
	readonly enabled: boolean;
	readonly firewall: FirewallChoice;
	/** Contiguous bits of the firewall mark that are ours, as an unsigned 32-bit number. */
	readonly markMask: number;
	/** Routing table of an uplink = tableBase + its id. */
	readonly tableBase: number;
	/** First of the 1,000 ip rule priorities that are ours. */
	readonly priorityBase: number;
	readonly logLevel: LogLevel;
	/** By the first word of what is written. */
	readonly logRooms: Readonly<Record<string, LogLevel>>;
	/** Of what rules log. */
	readonly ruleLogLevel: RuleLogLevel;
	/** Where traffic goes that no rule matches. */
	readonly defaultTarget: Target;
	/** Networks never balanced, besides connected and local ones: "10.0.0.0/8", "fd00::/8". */
	readonly bypassNetworks: readonly string[];
	/** Routing tables whose routes come before any balancing, besides main's more specific routes. */
	readonly bypassTables: readonly number[];
	/** Reset LAN clients' established TCP connections when their uplink dies. */
	readonly resetConnections: boolean;
	/** Longest a run of /etc/polywan.user may take. */
	readonly hookTimeoutMs: number;
	/** Who tells public addresses, as stun/message reads them. */
	readonly stunServers: readonly string[];
	/** What `polywan speedtest` downloads, and where it uploads to; null: not given. */
	readonly speedtest: { readonly downloadUrl: string | null; readonly uploadUrl: string | null };
	/** Switch on conntrack's byte counters and time stamps; off leaves them as they are. */
	readonly accounting: boolean;
	/** Count bytes of hosts at home, by uplink. */
	readonly hostUsage: boolean;
}

/** What becomes of IPv6 sources that are not the uplink's own. */
export type Ipv6Nat = "auto" | "masquerade" | "npt" | "off";

export type ProbingPace = "frugal" | "normal" | "eager";

/** How an uplink is watched. Times in ms; percentages 0–100. */
export interface Probing {
	/** False: the uplink counts as up whenever its link is. */
	readonly enabled: boolean;
	/** As health/probe-target reads them. */
	readonly targets: { readonly 4: readonly string[]; readonly 6: readonly string[] };
	readonly pace: ProbingPace;
	/** Steady-state interval; null: from the pace. */
	readonly intervalMs: number | null;
	readonly timeoutFloorMs: number;
	readonly timeoutCapMs: number;
	/** Which way each plain address is asked is found out; else every target is asked as its text says. */
	readonly isAuto: boolean;
	/** How many targets must answer; more than there are means all. */
	readonly reliability: number;
	/** Answers after which an uplink that was down can be used again, if recoveryMs is over too. */
	readonly upCount: number;
	/** Probes in a row that must be lost before the uplink is down; null: as many as its usual loss asks for. */
	readonly downCount: number | null;
	/** Ask more seldom the longer all is well, more often after losses. */
	readonly isAdaptive: boolean;
	/** ICMP payload bytes. */
	readonly payloadBytes: number;
	/** Of pings; null: the system's. */
	readonly ttl: number | null;
	/** How long a recovering uplink must answer before it is used again. */
	readonly recoveryMs: number;
	readonly degradedLossPercent: number;
	readonly recoveredLossPercent: number;
	/** 0: latency never degrades. */
	readonly degradedRttMs: number;
	readonly recoveredRttMs: number;
}

/** An uplink that is brought up only when it is needed. */
export interface Standby {
	/** How long it stays up when it is no longer needed. */
	readonly holdMs: number;
}

/** A program that is to bring an uplink back to life: power-cycles a modem, plugs a stick in again. */
export interface Revival {
	readonly script: string;
	/** How long the uplink is down before it runs; it waits twice as long each time. */
	readonly afterMs: number;
}

/** One line to the Internet. */
export interface Uplink {
	readonly name: string;
	readonly enabled: boolean;
	/** netifd interface names, most wanted first; those that do not exist are ignored unless none does. */
	readonly interfaces: readonly string[];
	/** Lower is used first by failover policies. */
	readonly tier: number;
	readonly weight: number;
	readonly families: readonly Family[];
	readonly ipv6Nat: Ipv6Nat;
	/** Far ends of the tunnel that the uplink is; none: it is no tunnel. */
	readonly endpoints: readonly string[];
	readonly probing: Probing;
	/** Whether a degraded uplink still takes new connections. */
	readonly useDegraded: boolean;
	/** What a degraded uplink that is used is worth. */
	readonly whenDegraded: "keep" | "demote" | "deweight";
	/** Null: none. */
	readonly quota: Quota | null;
	/** When it may be used; none: always. */
	readonly schedule: readonly Window[];
	/** Its quota's and schedule's; null: the router's. */
	readonly timeZone: TimeZone | null;
	/** Ask for its public address after each change of its own. */
	readonly asksPublicAddress: boolean;
	/** 0: unknown. */
	readonly downloadBitsPerSecond: number;
	readonly uploadBitsPerSecond: number;
	/** Null: always up. */
	readonly standby: Standby | null;
	readonly revival: Revival | null;
}

export type PolicyMode =
	| "failover"
	| "weighted"
	| "round_robin"
	| "least_connections"
	| "least_used"
	| "latency"
	| "quality"
	| "adaptive"
	| "flow_hash"
	| "overflow"
	| "custom";
export type LastResort = "unreachable" | "blackhole" | "default";

export interface Policy {
	readonly name: string;
	readonly mode: PolicyMode;
	/** Explicit members, or every uplink with its own tier and weight. */
	readonly members: readonly Member[];
	/** When its uplinks may be used, else its last resort is in force; none: always. By the router's time zone. */
	readonly schedule?: readonly Window[];
	readonly lastResort: LastResort;
	/** Mode overflow: use of a tier from which the next one helps. */
	readonly overflowPercent: number;
}

export interface Member {
	readonly uplink: string;
	readonly tier: number;
	readonly weight: number;
}

export interface Rule {
	readonly name: string;
	readonly match: Match;
	readonly target: Target;
	/** Whether new connections it matches go to the kernel's log. */
	readonly log: boolean;
	readonly sticky: Sticky | null;
	readonly schedule: RuleSchedule | null;
	/** 0–255; an adaptive policy does its best for the latency of high ones and the throughput of low ones. */
	readonly trafficClass: number;
}

/** In force in one of `open`, or always where there is none, but in none of `closed`. */
export interface RuleSchedule {
	readonly open: readonly Window[];
	readonly closed: readonly Window[];
	/** Null: the router's own. */
	readonly timeZone: TimeZone | null;
}

/** Connections of one source, or of one source to one destination, keep their uplink. */
export interface Sticky {
	readonly key: "source" | "source_destination";
	readonly timeoutMs: number;
}

/** All given conditions must hold; an empty list is no condition. */
export interface Match {
	readonly families: readonly Family[];
	/** IP protocol numbers. */
	readonly protocols: readonly number[];
	/** Networks in canonical CIDR text. A rule with addresses of one family matches that family only. */
	readonly sources: readonly string[];
	readonly destinations: readonly string[];
	readonly sourcePorts: readonly PortRange[];
	readonly destinationPorts: readonly PortRange[];
	/** netifd interface names the packet came in by. */
	readonly sourceInterfaces: readonly string[];
	/** All the others. */
	readonly conditions: readonly Condition[];
}

export type Target =
	| { readonly kind: "policy"; readonly name: string }
	| { readonly kind: "uplink"; readonly name: string }
	| { readonly kind: "default" }
	| { readonly kind: "unreachable" }
	| { readonly kind: "blackhole" };

import type { PolicyMode } from "./config/model.ts";
import type { Problem } from "./config/problem.ts";
import type { UplinkState } from "./health/state.ts";

// The wire shapes of ubus object `polywan`. Keys are snake_case as everywhere on ubus; `*_s` and `*_ms` are durations, but for
// moments, which are ms since 1970 by the router's clock: `at_ms`, `since_ms`, `now_ms`, and `period_*_ms`, `from_ms`, `to_ms` of
// usage; no value is ever NaN.

/** `polywan status` */
export interface Status {
	readonly version: string;
	readonly enabled: boolean;
	readonly firewall: "nftables" | "iptables" | "none";
	readonly uptime_s: number;
	/** Grows with every change; give it to `wait {since}`. */
	readonly sequence: number;
	readonly uplinks: readonly UplinkStatus[];
	readonly policies: readonly PolicyStatus[];
	readonly rules: readonly RuleStatus[];
	readonly problems: readonly Problem[];
	/** Result of the last change to the kernel. */
	readonly apply: {
		readonly ok: boolean;
		readonly at_ms: number;
		readonly took_ms: number;
		readonly error: string | null;
	};
}

export interface UplinkStatus {
	readonly name: string;
	/** The better one of its families. */
	readonly state: UplinkState | "disabled";
	/** What the user asked for by `polywan up|down|auto`. */
	readonly wanted: "auto" | "up" | "down";
	readonly tier: number;
	readonly weight: number;
	readonly id: number;
	readonly mark: string;
	readonly table: number;
	readonly ipv4: FamilyStatus | null;
	readonly ipv6: FamilyStatus | null;
	readonly rx_bytes: number;
	readonly tx_bytes: number;
	/** What it may still carry, as its quota is used up; null: whatever it can. Absent: an older daemon. */
	readonly limit?: {
		readonly download_bits_per_second: number;
		readonly upload_bits_per_second: number;
	} | null;
	/** Of the quota, as of some seconds ago; null: it has none. Absent: an older daemon. */
	readonly quota?: QuotaStatus | null;
}

export interface QuotaStatus {
	readonly bytes: number;
	readonly used_bytes: number;
	readonly used_percent: number;
}

export interface FamilyStatus {
	readonly state: UplinkState;
	/** Whether new connections can go there: a degraded one may be left out. Absent: an older daemon. */
	readonly usable?: boolean;
	/** When it came into that state, ms since 1970 by the router's clock as it is now: it moves when the clock is set. */
	readonly since_ms: number;
	readonly reason: string;
	readonly interface: string;
	readonly device: string;
	readonly addresses: readonly string[];
	readonly gateway: string | null;
	readonly dns_servers: readonly string[];
	/** Smoothed; null before the first answer. */
	readonly rtt_ms: number | null;
	readonly jitter_ms: number | null;
	readonly loss_percent: number;
	readonly targets: readonly {
		readonly address: string;
		readonly answering: boolean;
		readonly rtt_ms: number | null;
	}[];
	/** As last found by STUN for the present address; null or absent: not asked, or no answer. */
	readonly public_address?: PublicAddressStatus | null;
	/** What a captive portal answered instead of a target; null or absent: there is none. */
	readonly portal?: string | null;
	/** Over the last ten seconds, minute, hour and day. */
	readonly quality?: Readonly<Record<"10s" | "1m" | "1h" | "24h", SpanStatus>>;
}

/** `polywan stun`: how an uplink is seen outside. */
export interface PublicAddressStatus {
	readonly uplink: string;
	readonly family: "ipv4" | "ipv6";
	/** Null: no server answered. */
	readonly address: string | null;
	readonly port: number;
	/** Somebody on the way changes addresses. */
	readonly translated: boolean;
	readonly cgnat: boolean;
	/** RFC 4787: "endpoint-independent", "address-dependent", "address-and-port-dependent"; null: not known. */
	readonly mapping: string | null;
	readonly filtering: string | null;
	/** In the usual words. */
	readonly type: string;
	readonly server: string;
	readonly error: string | null;
}

/** `polywan usage`: what went through an uplink in the present period. Times 0: the clock was not set. */
export interface UsageStatus {
	readonly uplink: string;
	readonly rx_bytes: number;
	readonly tx_bytes: number;
	readonly period_start_ms: number;
	readonly period_end_ms: number;
	/** Since counting began. */
	readonly total_rx_bytes: number;
	readonly total_tx_bytes: number;
	/** 0: there is no quota. */
	readonly quota_bytes: number;
	readonly quota_used_bytes: number;
	readonly quota_used_percent: number;
	readonly quota_action: string;
	/** Whether no more than the quota's rate is let through now. */
	readonly quota_limited: boolean;
	/** Times that were not counted, as after a power failure. */
	readonly gaps: readonly { readonly from_ms: number; readonly to_ms: number }[];
}

/** `usage_hosts {uplink?, offset?, limit?}`: what hosts at home sent and received in the present period, those with most first. */
export interface HostUsagePage {
	/** False: option host_usage is off, or the kernel cannot do it. */
	readonly counting: boolean;
	/** How many there are, of those asked for. */
	readonly total: number;
	readonly offset: number;
	/** At most 1,000. */
	readonly hosts: readonly HostUsageStatus[];
}

export interface HostUsageStatus {
	readonly uplink: string;
	/** "others": addresses there was no room for. */
	readonly address: string;
	/** Of its lease, or where the router knows it otherwise; null: not known. */
	readonly name: string | null;
	readonly rx_bytes: number;
	readonly tx_bytes: number;
}

/** Null where nothing was measured. */
export interface SpanStatus {
	readonly rtt_min_ms: number | null;
	readonly rtt_avg_ms: number | null;
	readonly rtt_max_ms: number | null;
	/** As RFC 3550. */
	readonly jitter_ms: number | null;
	readonly loss_percent: number | null;
	/** Part of the time in which it was in use. */
	readonly uptime_percent: number | null;
	readonly probes: number;
}

export interface PolicyStatus {
	readonly name: string;
	readonly mode: PolicyMode;
	readonly last_resort: string;
	readonly ipv4: readonly ShareStatus[];
	readonly ipv6: readonly ShareStatus[];
	/** Why, where the shares follow what is measured. */
	readonly reason?: string | null;
	/** Of an adaptive policy: how traffic of a high and of a low class is shared. */
	readonly variants?: readonly PolicyVariantStatus[];
}

export interface PolicyVariantStatus {
	readonly mode: "latency" | "least_used";
	readonly ipv4: readonly ShareStatus[];
	readonly ipv6: readonly ShareStatus[];
	readonly reason: string | null;
}

/** No entries: the policy's last resort is in force. */
export interface ShareStatus {
	readonly uplink: string;
	readonly percent: number;
}

export interface RuleStatus {
	readonly name: string;
	readonly match: string;
	readonly target: string;
	/** False while it waits for something, or for its time. */
	readonly active: boolean;
	/** Connections it took since it is as it is, and the bytes of their first packets; `polywan rules` alone tells. */
	readonly connections?: number;
	readonly bytes?: number;
}

/** One entry of connection tracking. Sent: from who opened it. */
export interface ConnectionStatus {
	readonly family: "ipv4" | "ipv6";
	/** "tcp", "udp", "icmp", …, or the protocol's number. */
	readonly protocol: string;
	readonly source: string;
	/** 0 where the protocol has none. */
	readonly source_port: number;
	readonly destination: string;
	readonly destination_port: number;
	/** Null: none of the uplinks carries it. */
	readonly uplink: string | null;
	/** The rule that sends such a connection there now; null: none does, or it cannot be told from what conntrack keeps. */
	readonly rule: string | null;
	/** Of TCP: "established", "time_wait", …; otherwise empty. */
	readonly state: string;
	/** 0 where the kernel does not count. */
	readonly sent_bytes: number;
	readonly received_bytes: number;
	readonly sent_packets: number;
	readonly received_packets: number;
	/** Null where the kernel keeps no time stamps. */
	readonly age_s: number | null;
	/** Until it is forgotten if nothing more comes. */
	readonly timeout_s: number;
}

/**
 * What `connections {uplink, family, protocol, source, source_port, destination, destination_port, sort, reverse, offset, limit}`
 * answers: a page of what the criteria let through. Addresses may be networks; sort is "bytes", "packets" or "age".
 */
export interface ConnectionPage {
	readonly total: number;
	readonly offset: number;
	/** Whether the kernel counts bytes and keeps ages of new connections. */
	readonly accounting: boolean;
	readonly connections: readonly ConnectionStatus[];
}

/**
 * What `trial {action, timeout, edited}` answers: a change whose files come back unless it is confirmed in time. Action "begin" saves
 * /etc/config/{polywan,network,firewall,dhcp} as they are and is sent before they are changed; then "confirm" or "cancel".
 */
export interface TrialStatus {
	readonly state: "none" | "pending" | "returning";
	/** Until the files from before come back by themselves. */
	readonly remaining_s: number;
	readonly timeout_s: number;
	/** Configurations that are not as they were at the beginning. */
	readonly changed: readonly string[];
	/** How the one before ended; null: there was none since the daemon started. */
	readonly last: "confirmed" | "returned" | null;
	/** Why the action was refused, in words a user understands; null when it was done. */
	readonly error: string | null;
}

/** One entry of the ring of the last 200. */
export interface PolywanEvent {
	readonly sequence: number;
	readonly at_ms: number;
	readonly kind:
		| "uplink"
		| "shares"
		| "config"
		| "apply"
		| "repair"
		| "trial"
		| "daemon"
		| "hook"
		| "probe"
		| "usage"
		| "schedule"
		| "address";
	readonly uplink: string | null;
	readonly family: "ipv4" | "ipv6" | null;
	readonly from: string | null;
	readonly to: string | null;
	/** Why, in words a user understands. */
	readonly reason: string;
}

/** Bytes a second through an uplink. */
export interface Rate {
	readonly rx: number;
	readonly tx: number;
}

/** `polywan wait {since, figures: true}` */
export interface Figures {
	readonly sequence: number;
	/** The router's clock: ages are told by it, whatever the browser's says. */
	readonly now_ms: number;
	readonly status: Status;
	/** By uplink. */
	readonly rates: Readonly<Record<string, Rate>>;
	/** Those after `since`, oldest first. */
	readonly events: readonly PolywanEvent[];
}

/** `polywan history {uplink?}` */
export interface History {
	/** Between two looks. */
	readonly step_ms: number;
	/** How long ago the last look was. */
	readonly age_ms: number;
	/** By uplink. */
	readonly uplinks: Readonly<Record<string, UplinkHistory>>;
}

/** Lists of equal length, oldest first; rates in bytes a second over the step. */
export interface UplinkHistory {
	readonly ipv4: FamilyHistory;
	readonly ipv6: FamilyHistory;
	readonly rx_rate: readonly number[];
	readonly tx_rate: readonly number[];
}

/** -1 where the uplink had no such family or gave no answer. */
export interface FamilyHistory {
	readonly rtt_us: readonly number[];
	readonly loss_percent: readonly number[];
	/** 1 while new connections could go there. */
	readonly usable: readonly number[];
}

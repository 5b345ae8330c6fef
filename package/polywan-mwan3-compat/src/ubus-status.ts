import type { PolicyStatus } from "polywan-core/status";
import type { BlobTable } from "ubus-js/codec";
import { buildInterfaces, type Facts, type Interface } from "./interface.ts";

/** mwan3 counts up to the sum of its options up and down, 5 each. */
const FULL_SCORE = 10;

/** Networks of the main routing table. */
export interface Connected {
	readonly ipv4: readonly string[];
	readonly ipv6: readonly string[];
}

/**
 * What `ubus call mwan3 status {section, interface}` answers. `section` "interfaces", "connected" or "policies", everything
 * else for all three; `interface` limits the first. `nowMs`: wall clock.
 */
export function buildUbusStatus(
	facts: Facts,
	connected: Connected,
	section: string,
	only: string | null,
	nowMs: number,
): BlobTable {
	const interfaces = buildInterfaces(facts);
	const shown = only === null ? interfaces : interfaces.filter(({ name }) => name === only);
	const parts = {
		interfaces: Object.fromEntries(shown.map((entry) => [entry.name, renderInterface(entry, nowMs)])),
		connected: { ipv4: [...connected.ipv4], ipv6: [...connected.ipv6] },
		policies: {
			ipv4: renderPolicies(facts.status.policies, interfaces, "ipv4"),
			ipv6: renderPolicies(facts.status.policies, interfaces, "ipv6"),
		},
	};
	if (section === "interfaces" || section === "connected" || section === "policies")
		return { [section]: parts[section] };
	return parts;
}

/** Seconds since the last change. */
export function ageOf({ sinceMs }: Interface, nowMs: number): number {
	return sinceMs === 0 ? 0 : Math.max(0, Math.floor((nowMs - sinceMs) / 1000));
}

function renderInterface(entry: Interface, nowMs: number): BlobTable {
	const isOnline = entry.status === "online";
	const age = ageOf(entry, nowMs);
	return {
		age,
		online: isOnline ? age : 0,
		offline: isOnline || entry.status === "unknown" ? 0 : age,
		uptime: entry.uptimeS,
		score: isOnline ? FULL_SCORE : 0,
		lost: 0,
		turn: 0,
		status: entry.status,
		enabled: entry.enabled,
		running: entry.tracking === "active",
		tracking: entry.tracking,
		up: entry.up,
		track_ip: entry.probed.map((ip) => renderTarget(ip, entry)),
	};
}

function renderTarget(ip: string, { targets, lossPercent, tracking }: Interface): BlobTable {
	const target = targets.find(({ address }) => address === ip);
	const isKnown = target !== undefined && tracking === "active";
	return {
		ip,
		status: !isKnown ? "unknown" : target.answering ? "up" : "down",
		latency: Math.round(target?.rtt_ms ?? 0),
		packetloss: isKnown && !target.answering ? 100 : Math.round(lossPercent),
	};
}

function renderPolicies(
	policies: readonly PolicyStatus[],
	interfaces: readonly Interface[],
	version: "ipv4" | "ipv6",
): BlobTable {
	const named = policies.map((policy) => [
		policy.name,
		policy[version].map(({ uplink, percent }) => ({
			interface: interfaceName(interfaces, uplink, version),
			percent: Math.round(percent),
		})),
	]);
	return Object.fromEntries(named) as BlobTable;
}

/** mwan3's name of an uplink in one IP version. */
export function interfaceName(
	interfaces: readonly Interface[],
	uplink: string,
	version: "ipv4" | "ipv6",
): string {
	const family = version === "ipv4" ? 4 : 6;
	return interfaces.find((entry) => entry.uplink === uplink && entry.family === family)?.name ?? uplink;
}

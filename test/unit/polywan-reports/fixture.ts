import type { FamilyStatus, PolywanEvent, Status, UplinkStatus } from "polywan-core/status";

export function familyStatus(change: Partial<FamilyStatus> = {}): FamilyStatus {
	return {
		state: "up",
		since_ms: 1_760_000_000_000,
		reason: "answers",
		interface: "wan",
		device: "eth1",
		addresses: ["100.64.1.2"],
		gateway: "100.64.1.1",
		dns_servers: [],
		rtt_ms: 12.3456,
		jitter_ms: 0.5,
		loss_percent: 2.5,
		targets: [
			{ address: "203.0.113.8", answering: true, rtt_ms: 12 },
			{ address: "203.0.113.9", answering: false, rtt_ms: null },
		],
		...change,
	};
}

export function uplinkStatus(name: string, change: Partial<UplinkStatus> = {}): UplinkStatus {
	return {
		name,
		state: "up",
		wanted: "auto",
		tier: 1,
		weight: 3,
		id: 1,
		mark: "0x1000000",
		table: 28673,
		ipv4: familyStatus(),
		ipv6: null,
		rx_bytes: 5_000_000_000,
		tx_bytes: 70,
		...change,
	};
}

export function status(change: Partial<Status> = {}): Status {
	return {
		version: "0.1.0",
		enabled: true,
		firewall: "nftables",
		uptime_s: 61,
		sequence: 7,
		uplinks: [
			uplinkStatus("wan"),
			uplinkStatus("wan_b", { state: "down", ipv4: familyStatus({ state: "down", rtt_ms: null }) }),
		],
		policies: [
			{
				name: "balanced",
				mode: "weighted",
				last_resort: "unreachable",
				ipv4: [{ uplink: "wan", percent: 100 }],
				ipv6: [],
			},
		],
		rules: [],
		problems: [],
		apply: { ok: true, at_ms: 1_760_000_000_500, took_ms: 20, error: null },
		...change,
	};
}

export function event(change: Partial<PolywanEvent> = {}): PolywanEvent {
	return {
		sequence: 8,
		at_ms: 1_760_000_001_000,
		kind: "uplink",
		uplink: "wan",
		family: "ipv4",
		from: "up",
		to: "down",
		reason: "3 targets do not answer",
		...change,
	};
}

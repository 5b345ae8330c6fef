import { diagnose } from "polywan-core/doctor/diagnose";
import type { DoctorFacts } from "polywan-core/doctor/facts";
import type { FamilyStatus, Status } from "polywan-core/status";
import { describe, expect, it } from "vitest";

const target = (address: string, answering: boolean) => ({
	address,
	answering,
	rtt_ms: answering ? 10 : null,
});

const family = (device: string): FamilyStatus => ({
	state: "up",
	since_ms: 0,
	reason: "answers",
	interface: device === "eth1" ? "wan" : "wanb",
	device,
	addresses: [],
	gateway: null,
	dns_servers: [],
	rtt_ms: 10,
	jitter_ms: 1,
	loss_percent: 0,
	targets: [target("192.0.2.1", true), target("192.0.2.2", true)],
});

const uplink = (name: string, ipv4: FamilyStatus) =>
	({ name, ipv4, ipv6: null }) as Status["uplinks"][number];

const status = {
	enabled: true,
	uplinks: [uplink("wan", family("eth1")), uplink("wanb", family("eth2"))],
	problems: [],
	apply: { ok: true, at_ms: 0, took_ms: 1, error: null },
} as unknown as Status;

const uplinkFacts = (name: string, device: string, metric: number) => ({
	name,
	interfaces: [name, `${name}6`],
	families: [4] as const,
	ipv4: { interface: name, device },
	metric,
	reversePathFilter: 0,
});

/** A router where nothing is wrong. */
const healthy: DoctorFacts = {
	status,
	daemonTrouble: null,
	problems: [],
	uplinks: [uplinkFacts("wan", "eth1", 10), uplinkFacts("wanb", "eth2", 20)],
	forwarding: { 4: true, 6: false },
	interfaces: ["loopback", "lan", "wan", "wanb"],
	firewall: {
		flowOffloading: false,
		zones: [{ name: "wan", networks: ["wan", "wanb"], masquerades: true }],
	},
	firewall4Running: true,
	rivals: [],
	foreignMarks: [{ family: 4, priority: 5210, mask: 0xff0000, value: 0x80000 }],
	markMask: 0xff000000,
	resolvers: [{ server: "192.0.2.53", uplinks: ["wan"], device: "eth1", ownDevices: ["eth1"] }],
	missingAuthorities: [],
	looseTunnels: [],
	conntrack: { count: 100, max: 65_536 },
	differences: [],
};

const withTargets = (...answering: boolean[]): Status => ({
	...status,
	uplinks: [
		uplink("wan", {
			...family("eth1"),
			targets: answering.map((answers, n) => target(`192.0.2.${n + 1}`, answers)),
		}),
	],
});

describe("the doctor", () => {
	it("says nothing of what is well, nor of what is not known", () => {
		expect(diagnose(healthy)).toEqual([]);
		const unknown: DoctorFacts = {
			...healthy,
			forwarding: { 4: null, 6: null },
			interfaces: null,
			firewall: null,
			firewall4Running: null,
			conntrack: null,
			uplinks: healthy.uplinks.map((entry) => ({ ...entry, reversePathFilter: null })),
		};
		expect(diagnose(unknown)).toEqual([]);
	});

	it.each<[string, string, Partial<DoctorFacts>]>([
		["error", "forwarding-off", { forwarding: { 4: false, 6: false } }],
		[
			"error",
			"rp-filter-strict",
			{ uplinks: healthy.uplinks.map((entry) => ({ ...entry, reversePathFilter: 1 })).slice(0, 1) },
		],
		["error", "no-firewall", { firewall4Running: false }],
		[
			"error",
			"no-zone",
			{ firewall: { flowOffloading: false, zones: [{ name: "wan", networks: ["wan"], masquerades: true }] } },
		],
		[
			"warning",
			"no-masquerade",
			{
				uplinks: healthy.uplinks.slice(0, 1),
				firewall: { flowOffloading: false, zones: [{ name: "wan", networks: ["wan"], masquerades: false }] },
			},
		],
		[
			"warning",
			"flow-offloading",
			{ firewall: { flowOffloading: true, zones: healthy.firewall?.zones ?? [] } },
		],
		["warning", "equal-metrics", { uplinks: healthy.uplinks.map((entry) => ({ ...entry, metric: 0 })) }],
		["error", "no-interface", { interfaces: ["lan", "wan"] }],
		["error", "rival", { rivals: [{ name: "mwan3", running: true }] }],
		[
			"warning",
			"mark-clash",
			{ foreignMarks: [{ family: 6, priority: 100, mask: 0xffffffff, value: 0xca6c }] },
		],
		[
			"warning",
			"dns-leak",
			{ resolvers: [{ server: "192.0.2.53", uplinks: ["wan"], device: "eth2", ownDevices: ["eth1"] }] },
		],
		["error", "no-authorities", { missingAuthorities: [{ path: "/etc/x", uplinks: ["wan"] }] }],
		["warning", "no-endpoint", { looseTunnels: ["vpn"] }],
		["warning", "conntrack-full", { conntrack: { count: 60_000, max: 65_536 } }],
		["error", "kernel-differs", { differences: ["- ip -4 rule priority 6001"] }],
		["error", "no-daemon", { status: null, daemonTrouble: "it does not run" }],
		["warning", "switched-off", { status: { ...status, enabled: false } }],
		["error", "apply-failed", { status: { ...status, apply: { ...status.apply, error: "nft is missing" } } }],
		["warning", "target-unreachable", { status: withTargets(true, false) }],
		["error", "targets-unreachable", { status: withTargets(false, false) }],
	])("tells as %s of %s", (severity, code, change) => {
		const [finding, ...others] = diagnose({ ...healthy, ...change });
		expect(finding).toMatchObject({ severity, code });
		expect(others).toEqual([]);
		expect(finding?.remedy).not.toBe("");
	});

	it("puts errors first, and repeats the configuration's problems", () => {
		const problem = { config: "polywan", section: "wan", option: "weight", value: "0", message: "is wrong" };
		const findings = diagnose({
			...healthy,
			firewall: { flowOffloading: true, zones: healthy.firewall?.zones ?? [] },
			problems: [{ ...problem, severity: "error" }],
		});
		expect(findings.map(({ code }) => code)).toEqual(["config-problem", "flow-offloading"]);
		expect(findings[0]?.message).toBe("polywan.wan.weight '0': is wrong");
	});

	it("waits with a verdict on targets until they have been asked", () => {
		const starting = withTargets(false, false);
		const [wan] = starting.uplinks;
		const ipv4: FamilyStatus = { ...family("eth1"), state: "starting", targets: wan?.ipv4?.targets ?? [] };
		expect(diagnose({ ...healthy, status: { ...starting, uplinks: [uplink("wan", ipv4)] } })).toEqual([]);
	});
});

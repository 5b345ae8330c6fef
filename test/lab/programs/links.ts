// Runs in the router: watches the links of wan and wanb, pings through each, and prints what happens, one JSON value a line.
import { connectUbus, ubusSocketPath } from "polywan/bus/transport";
import { LinkWatcher } from "polywan/link/watcher";
import { PingProber } from "polywan/probe/ping";
import type { Uplink } from "polywan-core/config/model";
import type { Link } from "polywan-core/link";
import { args, writeStdout } from "polywan-runtime/program";
import { UbusConnection } from "ubus-js/bus";

const TARGETS = { 4: args[0] ?? "", 6: args[1] ?? "" };
const PING_MS = 100;

function uplinkOf(name: string): Uplink {
	return {
		name,
		enabled: true,
		interfaces: [name, `${name}6`],
		tier: 1,
		weight: 1,
		families: [4, 6],
		ipv6Nat: "auto",
		endpoints: [],
		useDegraded: true,
		whenDegraded: "keep",
		quota: null,
		schedule: [],
		timeZone: null,
		asksPublicAddress: false,
		downloadBitsPerSecond: 0,
		uploadBitsPerSecond: 0,
		standby: null,
		revival: null,
		probing: {
			enabled: true,
			targets: { 4: [], 6: [] },
			pace: "normal",
			isAuto: false,
			reliability: 1,
			upCount: 3,
			downCount: null,
			isAdaptive: false,
			intervalMs: null,
			timeoutFloorMs: 60,
			timeoutCapMs: 1000,
			payloadBytes: 8,
			ttl: null,
			recoveryMs: 3000,
			degradedLossPercent: 20,
			recoveredLossPercent: 10,
			degradedRttMs: 0,
			recoveredRttMs: 0,
		},
	};
}

function tell(kind: string, facts: object): void {
	writeStdout(`${JSON.stringify({ kind, ...facts })}\n`);
}

const probers = new Map<string, { prober: PingProber; target: string }>();
let sequence = 0;

function takeLinks(links: readonly Link[]): void {
	tell("links", { links });
	for (const { prober } of probers.values()) prober.close();
	probers.clear();
	for (const { uplink, family, device } of links) {
		const prober = new PingProber({
			uplink,
			family,
			device,
			mark: 0,
			payloadBytes: 8,
			ttl: null,
			onReply: (target, seq, rttUs) => tell("reply", { uplink, family, target, seq, rttUs }),
			onFailure: (target, seq, reason) => tell("failure", { uplink, family, target, seq, reason }),
		});
		probers.set(`${uplink} ${family}`, { prober, target: TARGETS[family] });
	}
}

const bus = new UbusConnection(connectUbus(ubusSocketPath()), { maxBackoffMs: 200 });
const watcher = new LinkWatcher({
	bus,
	onLinks: takeLinks,
	onEvidence: (evidence) => tell("evidence", evidence),
	log: (level, message) => tell("log", { level, message }),
});
watcher.setUplinks([uplinkOf("wan"), uplinkOf("wanb")]);
bus.start();
void watcher.start();

setInterval(() => {
	sequence = (sequence + 1) & 0xffff;
	for (const { prober, target } of probers.values()) prober.send(target, sequence);
}, PING_MS);

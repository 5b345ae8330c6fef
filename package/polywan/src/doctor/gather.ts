import type { Model } from "polywan-core/config/model";
import type { DoctorFacts, ResolverFacts } from "polywan-core/doctor/facts";
import { perFamily } from "polywan-core/family";
import { isHttpTarget, parseProbeTarget } from "polywan-core/health/probe-target";
import type { Status } from "polywan-core/status";
import { DEFAULT_AUTHORITIES } from "polywan-runtime/authorities";
import { exists, listDirectory, readText } from "polywan-runtime/file";
import { spawn } from "polywan-runtime/process";
import type { UbusConnection } from "ubus-js/bus";
import type { BlobTable } from "ubus-js/codec";
import { RoutingReader } from "../apply/kernel-routing.ts";
import { errorMessage } from "../apply/tool.ts";
import { NoDaemonError, withDaemon } from "../cli/daemon-client.ts";
import { CONFIG_FILE } from "../config/config-keeper.ts";
import { readConfigIfAny, understandConfig } from "../config/config-model.ts";
import { type NetifdInterface, parseDump } from "../link/netifd.ts";
import { readNftTables } from "../netlink/nftables.ts";
import { readFarEnds } from "../tunnel/read-far-ends.ts";
import { readFirewall, readMetrics } from "./read-config.ts";

/** Programs that route by marks and ip rules of their own. */
const RIVALS = ["mwan3", "pbr", "vpn-policy-routing"];
/** Of package polywan-mwan3-compat, which conflicts with mwan3. */
const MWAN3_COMPAT = "/usr/sbin/polywan-mwan3-compat";
const FIREWALL_SCRIPT = "/etc/init.d/firewall";
/** It works by iptables, and has the same init script. */
const FIREWALL3 = "/sbin/fw3";
const OWN_PRIORITIES = 1000;
const HIGHEST_PRIORITY = 0xffffffff;
const TIMEOUT_MS = 5000;
const TUNNEL_PROTOCOLS =
	/^(wireguard|amneziawg|openvpn|gre(tap|v6|v6tap)?|ipip|vti6?|xfrm|vxlan6?|l2tp|pptp|sstp|openconnect|vpnc|openfortivpn)$/;
const TUNNEL_DEVICES = /^(tun|wg|ovpn)[0-9]+$/;

interface Answers {
	readonly status: Status | null;
	readonly daemonTrouble: string | null;
	readonly differences: readonly string[];
	readonly interfaces: readonly NetifdInterface[] | null;
	readonly running: readonly string[];
}

/** Asks the daemon, the system and the kernel. What does not answer is left out. */
export async function gatherFacts(): Promise<DoctorFacts> {
	const understood = understandConfig(readConfigIfAny(CONFIG_FILE), {});
	const model = "model" in understood ? understood.model : null;
	const fileProblems = "model" in understood ? understood.model.problems : [understood.problem];
	const answers = await askBus();
	const { status } = answers;
	const markMask = model?.globals.markMask ?? 0;
	return {
		status,
		daemonTrouble: answers.daemonTrouble,
		problems: status?.problems ?? fileProblems,
		uplinks: readUplinks(model, status),
		forwarding: perFamily((family) =>
			readFlag(family === 4 ? "net/ipv4/ip_forward" : "net/ipv6/conf/all/forwarding"),
		),
		interfaces: answers.interfaces?.map(({ name }) => name) ?? null,
		firewall: readFirewall(),
		firewall4Running: readFirewall4(status),
		rivals: findRivals(answers.running),
		foreignMarks: readForeignMarks(model?.globals.priorityBase ?? 0),
		markMask,
		resolvers: await readResolvers(status),
		missingAuthorities: findMissingAuthorities(model),
		looseTunnels: await findLooseTunnels(model, answers.interfaces ?? []),
		conntrack: readConntrack(),
		differences: answers.differences,
	};
}

async function askBus(): Promise<Answers> {
	const none: Answers = { status: null, daemonTrouble: null, differences: [], interfaces: null, running: [] };
	try {
		return await withDaemon(async (connection) => {
			const interfaces = await askInterfaces(connection);
			const running = await askServices(connection);
			try {
				const status = (await connection.call("polywan", "status")) as unknown as Status;
				const { differences } = await connection.call("polywan", "diff");
				return { ...none, status, differences: differences as unknown as string[], interfaces, running };
			} catch {
				const daemonTrouble = "the daemon does not run, or does not answer";
				return { ...none, daemonTrouble, interfaces, running };
			}
		});
	} catch (error) {
		if (!(error instanceof NoDaemonError)) throw error;
		return { ...none, daemonTrouble: errorMessage(error) };
	}
}

async function askInterfaces(connection: UbusConnection): Promise<readonly NetifdInterface[] | null> {
	try {
		return parseDump(await connection.call("network.interface", "dump"));
	} catch {
		return null;
	}
}

/** Services with an instance that runs. */
async function askServices(connection: UbusConnection): Promise<readonly string[]> {
	try {
		const services = await connection.call("service", "list");
		return Object.entries(services)
			.filter(([, service]) => JSON.stringify(service).includes('"running":true'))
			.map(([name]) => name);
	} catch {
		return [];
	}
}

/** Told where nftables carries our rules beside a firewall that is not fw3. */
function readFirewall4(status: Status | null): boolean | null {
	if (status?.firewall !== "nftables" || !exists(FIREWALL_SCRIPT) || exists(FIREWALL3)) return null;
	try {
		return readNftTables().includes("inet fw4");
	} catch {
		return null;
	}
}

function findRivals(running: readonly string[]): DoctorFacts["rivals"] {
	const started = exists("/etc/rc.d") ? listDirectory("/etc/rc.d") : [];
	// Then the service of that name is not mwan3: it answers for polywan.
	const rivals = exists(MWAN3_COMPAT) ? RIVALS.filter((name) => name !== "mwan3") : RIVALS;
	return rivals
		.map((name) => ({ name, running: running.includes(name) }))
		.filter((rival) => rival.running || started.some((entry) => entry.replace(/^S\d+/, "") === rival.name));
}

function findMissingAuthorities(model: Model | null): DoctorFacts["missingAuthorities"] {
	const wanted = new Map<string, Set<string>>();
	for (const { name, probing } of model?.uplinks ?? [])
		for (const text of [...probing.targets[4], ...probing.targets[6]]) {
			const target = parseProbeTarget(text);
			if (!isHttpTarget(target) || target.tls === null || target.tls.insecure) continue;
			const path = target.tls.authorities ?? DEFAULT_AUTHORITIES;
			wanted.set(path, (wanted.get(path) ?? new Set()).add(name));
		}
	return [...wanted]
		.filter(([path]) => !exists(path))
		.map(([path, uplinks]) => ({ path, uplinks: [...uplinks] }));
}

/** Those of netifd's protocols and of OpenVPN's devices. Only of WireGuard the far end is found out. */
async function findLooseTunnels(
	model: Model | null,
	interfaces: readonly NetifdInterface[],
): Promise<readonly string[]> {
	const found = (model?.uplinks ?? []).flatMap(({ name: uplink, enabled, endpoints, interfaces: names }) => {
		const entry = interfaces.find(({ name, up }) => up && names.includes(name));
		if (!enabled || endpoints.length > 0 || entry === undefined || entry.device === null) return [];
		const { name, proto, device } = entry;
		const isTunnel = TUNNEL_PROTOCOLS.test(proto) || TUNNEL_DEVICES.test(device);
		return isTunnel ? [{ uplink, interface: name, device, proto }] : [];
	});
	const known = await readFarEnds(found.filter(({ proto }) => proto === "wireguard"));
	return found.flatMap(({ uplink }) => ((known.get(uplink)?.length ?? 0) > 0 ? [] : [uplink]));
}

function readUplinks(model: Model | null, status: Status | null): DoctorFacts["uplinks"] {
	const metrics = readMetrics();
	return (model?.uplinks ?? [])
		.filter(({ enabled }) => enabled)
		.map(({ name, interfaces, families }) => {
			const family = status?.uplinks.find((uplink) => uplink.name === name)?.ipv4 ?? null;
			const ipv4 =
				family === null || family.device === ""
					? null
					: { interface: family.interface, device: family.device };
			return {
				name,
				interfaces,
				families,
				ipv4,
				metric: ipv4 === null ? 0 : (metrics.get(ipv4.interface) ?? 0),
				reversePathFilter: ipv4 === null ? null : readReversePathFilter(ipv4.device),
			};
		});
}

/** The larger one of "all" and the device's counts (Documentation/networking/ip-sysctl.rst). */
function readReversePathFilter(device: string): number | null {
	const values = ["all", device].map((name) =>
		readNumber(`net/ipv4/conf/${name.replaceAll(".", "/")}/rp_filter`),
	);
	return values.includes(null) ? null : Math.max(...values.map(Number));
}

function readForeignMarks(priorityBase: number): DoctorFacts["foreignMarks"] {
	const reader = new RoutingReader();
	const rules = reader.readIpRules(0, HIGHEST_PRIORITY);
	reader.close();
	return rules.flatMap(({ family, priority, fwmark }) => {
		const isOurs = priority >= priorityBase && priority < priorityBase + OWN_PRIORITIES;
		return fwmark === null || isOurs ? [] : [{ family, priority, ...fwmark }];
	});
}

async function readResolvers(status: Status | null): Promise<readonly ResolverFacts[]> {
	const found = new Map<string, { uplinks: string[]; ownDevices: string[] }>();
	for (const { name, ipv4, ipv6 } of status?.uplinks ?? []) {
		for (const family of [ipv4, ipv6]) {
			for (const server of family?.dns_servers ?? []) {
				const entry = found.get(server) ?? { uplinks: [], ownDevices: [] };
				if (!entry.uplinks.includes(name)) entry.uplinks.push(name);
				if (family !== null) entry.ownDevices.push(family.device);
				found.set(server, entry);
			}
		}
	}
	return Promise.all(
		[...found].map(async ([server, entry]) => ({ server, ...entry, device: await readDevice(server) })),
	);
}

/** By which device the router itself reaches an address. */
async function readDevice(address: string): Promise<string | null> {
	try {
		const { exitCode, stdout } = await spawn(["ip", "-j", "route", "get", address], { timeoutMs: TIMEOUT_MS })
			.done;
		if (exitCode !== 0) return null;
		const parsed: BlobTable[] = JSON.parse(new TextDecoder().decode(stdout));
		const device = parsed[0]?.dev;
		return typeof device === "string" ? device : null;
	} catch {
		return null;
	}
}

function readConntrack(): DoctorFacts["conntrack"] {
	const count = readNumber("net/netfilter/nf_conntrack_count");
	const max = readNumber("net/netfilter/nf_conntrack_max");
	return count === null || max === null ? null : { count, max };
}

function readFlag(path: string): boolean | null {
	const value = readNumber(path);
	return value === null ? null : value !== 0;
}

function readNumber(path: string): number | null {
	try {
		return Number(readText(`/proc/sys/${path}`).trim());
	} catch {
		return null;
	}
}

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { runAsProgram } from "./program.ts";

/** A Debian package that building, testing or the demo needs, and what for. */
export interface SystemPackage {
	readonly name: string;
	readonly why: string;
}

/** Debian 12 names. Node and npm are there already: this program runs on them. */
export const systemPackages: readonly SystemPackage[] = [
	{ name: "nftables", why: "nft: back end of the lab's router, checks rendered rule sets" },
	{ name: "iptables", why: "iptables-restore: the other back end" },
	{ name: "ipset", why: "sets of the iptables back end" },
	{ name: "iproute2", why: "ip: network namespaces, links, routes, rules" },
	{ name: "conntrack", why: "shows connections in lab tests" },
	{ name: "dnsmasq-base", why: "the lab's name server, which fills sets by domain" },
	{ name: "procps", why: "pgrep, pkill and sysctl in the lab's router" },
	{ name: "iputils-ping", why: "ping from LAN hosts of the lab" },
	{ name: "tcpdump", why: "captures packets of an uplink in lab tests" },
	{ name: "wireguard-go", why: "WireGuard where the kernel has none: a tunnel as an uplink" },
	{ name: "wireguard-tools", why: "wg: sets it up, and tells its far ends" },
	{ name: "curl", why: "HTTP client of LAN hosts of the lab" },
	{ name: "busybox", why: "ash and tools of the lab's router, as OpenWrt has them" },
	{ name: "qemu-user-static", why: "runs binaries of other architectures" },
	{ name: "gcc", why: "ASan and UBSan build of the runtime, the delay program of the lab" },
	{ name: "libc6-dev", why: "headers for gcc" },
	{ name: "make", why: "tests of the OpenWrt Makefiles" },
	{ name: "git", why: "applies patches to the engine's source" },
	{ name: "mosquitto", why: "the MQTT broker polywan-reports is tested with" },
	{ name: "mosquitto-clients", why: "what hears and says in its tests" },
	{ name: "sqlite3", why: "keeps the history of polywan-reports" },
	{ name: "lua5.1", why: "runs the collector for prometheus-node-exporter-lua" },
	{ name: "chromium", why: "the browser the panel is tested in" },
	{ name: "xz-utils", why: "unpacks the engine's source" },
	{ name: "bzip2", why: "unpacks the TLS library's source" },
	{ name: "openssl", why: "the TLS server the runtime is tested with" },
	{ name: "ca-certificates", why: "downloads over https" },
];

/**
 * Installs what is missing of `systemPackages`. Says what it does; says nothing when nothing is to do.
 * Without root, or where there is no apt, it says what is missing and goes on.
 *
 * @returns names still missing
 */
export function setUp(options: { apt: boolean } = { apt: true }): string[] {
	if (!options.apt) return [];
	if (!hasProgram("dpkg-query")) {
		say("this is not a Debian system; needed are the programs of these Debian packages:");
		say(systemPackages.map(({ name }) => name).join(" "));
		return [];
	}
	const missing = missingPackages();
	if (missing.length === 0) return [];
	for (const { name, why } of missing) say(`missing: ${name.padEnd(18)} ${why}`);
	const names = missing.map(({ name }) => name);
	if (process.getuid?.() !== 0) {
		say(`not root, cannot install; as root: apt-get install ${names.join(" ")}`);
		return names;
	}
	install(names);
	const left = missingPackages().map(({ name }) => name);
	if (left.length > 0) throw new Error(`apt-get did not install ${left.join(", ")}; its messages are above`);
	return [];
}

/** Those of `wanted` that a `dpkg-query -W -f '${Package} ${db:Status-Status}\n'` listing does not show as installed. */
export function absentFrom(listing: string, wanted: readonly SystemPackage[]): SystemPackage[] {
	const installed = new Set(
		listing
			.split("\n")
			.map((line) => line.split(" "))
			.filter(([, status]) => status === "installed")
			.map(([name]) => name),
	);
	return wanted.filter(({ name }) => !installed.has(name));
}

function missingPackages(): SystemPackage[] {
	const names = systemPackages.map(({ name }) => name);
	const query = spawnSync("dpkg-query", ["-W", "-f", "${Package} ${db:Status-Status}\n", ...names], {
		encoding: "utf8",
	});
	return absentFrom(query.stdout, systemPackages);
}

function install(names: readonly string[]): void {
	const known =
		existsSync("/var/lib/apt/lists") &&
		readdirSync("/var/lib/apt/lists").some((file) => file.includes("_Packages"));
	if (!known) updateLists();
	say(`apt-get install ${names.join(" ")}`);
	const install = ["install", "-y", "--no-install-recommends", ...names];
	if (aptGet(install)) return;
	if (!known) throw new Error("apt-get install failed; its messages are above");
	// Lists that are too old name files the archive has replaced.
	updateLists();
	if (!aptGet(install)) throw new Error("apt-get install failed; its messages are above");
}

function updateLists(): void {
	say("apt-get update");
	if (!aptGet(["update"])) say("apt-get update reported errors; going on with the lists there are");
}

function aptGet(args: readonly string[]): boolean {
	const apt = spawnSync("apt-get", ["-q", "-o", "DPkg::Lock::Timeout=120", ...args], {
		env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
		stdio: ["ignore", 2, 2],
	});
	return apt.status === 0;
}

function hasProgram(name: string): boolean {
	return spawnSync(name, ["--version"], { stdio: "ignore" }).error === undefined;
}

function say(message: string): void {
	console.error(`set-up: ${message}`);
}

runAsProgram("setup", async () => {
	const missing = setUp();
	if (missing.length === 0) say("everything needed is installed");
	return missing.length === 0 ? 0 : 1;
});

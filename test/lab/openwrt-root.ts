import { existsSync, lstatSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { root } from "./namespaces.ts";
import { resolveInRoot } from "./root-path.ts";
import type { Router } from "./router.ts";
import { until } from "./until.ts";
import { builtPackages } from "./userland.ts";

/** What the lab needs of a real OpenWrt root file system. */
const neededFiles = [
	"/sbin/ubusd",
	"/bin/ubus",
	"/sbin/uci",
	"/sbin/procd",
	"/sbin/logd",
	"/sbin/netifd",
	"/sbin/rpcd",
	"/usr/sbin/uhttpd",
	"/etc/rc.common",
	"/etc/init.d/network",
];

const packageManagers = ["/bin/opkg", "/usr/bin/opkg", "/usr/bin/opkg-cl", "/bin/opkg-cl"];

/**
 * The root file system that OPENWRT_ROOT names, checked; null when it names none. Throws an error that lists what is
 * missing in it.
 */
export function findOpenwrtRoot(named = process.env.OPENWRT_ROOT): string | null {
	if (!named) return null;
	const directory = resolve(named);
	if (!existsSync(directory) || !lstatSync(directory).isDirectory())
		throw new Error(`OPENWRT_ROOT=${named}: there is no such directory`);
	const has = (path: string) => existsSync(resolveInRoot(directory, path));
	const missing = neededFiles.filter((path) => !has(path));
	if (!packageManagers.some(has)) missing.push("opkg or opkg-cl");
	if (missing.length > 0)
		throw new Error(
			`OPENWRT_ROOT=${named} is no OpenWrt root file system the lab can use; it lacks ${missing.join(", ")}`,
		);
	checkMachine(directory, resolveInRoot(directory, "/sbin/ubusd"));
	return directory;
}

/** e_machine of the ELF header (elf.h): a root of another architecture would only fail with "Exec format error". */
function checkMachine(directory: string, program: string): void {
	const own = readFileSync(process.execPath).subarray(18, 20);
	const theirs = readFileSync(program).subarray(18, 20);
	if (!own.equals(theirs))
		throw new Error(
			`OPENWRT_ROOT=${directory}: its programs are for another architecture than this machine's`,
		);
}

/** Directories of this machine that the router needs: the packages to install. */
export const openwrtShown = [join(root, "dist")];

/** Starts its ubusd, procd, logd, netifd, firewall, rpcd and uhttpd. */
export async function bootOpenwrt(router: Router, services: readonly string[]): Promise<void> {
	await router.mustRun(["sh", "-c", startDaemons]);
	await until("procd is on the bus", async () => (await router.bus.list("service")).length > 0);
	await router.mustRun(["sh", "-c", startServices, "boot", ...services], { timeoutMs: 60_000 });
}

/** PID 1 of the router is the lab's, so procd runs as a service manager and prints its messages (-S). */
const startDaemons = `
ubusd > /tmp/log/ubusd.log 2>&1 < /dev/null &
procd -S > /tmp/log/procd.log 2>&1 < /dev/null &
`;

const startServices = `
for name; do [ ! -x "/etc/init.d/$name" ] || "/etc/init.d/$name" start >> /tmp/log/boot.log 2>&1; done
reload_config >> /tmp/log/boot.log 2>&1
`;

/** Installs dist/ipk/*.ipk with the root's own opkg. */
export async function installByOpkg(router: Router): Promise<void> {
	const packages = builtPackages();
	if (packages.length === 0) throw new Error("dist/ipk has no package; make them with: npm run ipk");
	await router.mustRun(["sh", "-c", install, "opkg", ...packages], { timeoutMs: 60_000 });
}

/** What they depend on has to be in the root already: there is no Internet. */
const install = `
opkg=$(command -v opkg || command -v opkg-cl)
mkdir -p /var/lock
exec "$opkg" --force-depends --force-reinstall --add-arch all:1 --add-arch noarch:1 --add-arch x86_64:10 install "$@"
`;

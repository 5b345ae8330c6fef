import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { labProgram, root } from "./namespaces.ts";
import type { Router } from "./router.ts";
import { until } from "./until.ts";

/** Where OpenWrt has the programs that test/openwrt stands in for. */
const standInPaths: Readonly<Record<string, string>> = {
	ubusd: "/sbin/ubusd",
	ubus: "/bin/ubus",
	uci: "/sbin/uci",
	procd: "/sbin/procd",
	netifd: "/sbin/netifd",
	rpcd: "/sbin/rpcd",
	uhttpd: "/usr/sbin/uhttpd",
	firewall: "/sbin/fw4",
	reload_config: "/sbin/reload_config",
};

/** Puts the stand-in programs into the router's root, each as a script that runs its bundle on Node. */
export function installStandIns(router: Router): void {
	const folder = join(root, "dist/openwrt");
	for (const [name, path] of Object.entries(standInPaths)) {
		const bundle = join(folder, `${name}.mjs`);
		if (!existsSync(bundle)) continue;
		router.writeFile(path, `#!/bin/sh\nexec ${process.execPath} ${bundle} "$@"\n`, 0o755);
	}
	router.writeFile("/sbin/logd", readFileSync(labProgram("logd")), 0o755);
	if (!existsSync(join(folder, "ubusd.mjs")))
		throw new Error(`${folder} has no ubusd.mjs; make it with: node build/run.mjs openwrt`);
}

/** A step of a router's start takes less than half a second; on a machine with more to do than it can, many times that. */
export const bootMs = 40_000;

/** Starts ubusd and procd, then the init scripts named, in the order of their START. */
export async function bootStandIns(router: Router, services: readonly string[]): Promise<void> {
	await router.mustRun(["sh", "-c", startDaemons]);
	await until("procd is on the bus", async () => (await router.bus.list("service")).length > 0, {
		timeoutMs: bootMs,
	});
	await router.mustRun(["sh", "-c", startServices, "boot", ...services], { timeoutMs: bootMs });
}

const startDaemons = `
ubusd >> /tmp/log/ubusd.log 2>&1 < /dev/null &
procd >> /tmp/log/procd.log 2>&1 < /dev/null &
`;

const startServices = `
for name; do [ ! -x "/etc/init.d/$name" ] || "/etc/init.d/$name" enable; done
reload_config > /tmp/log/boot.log 2>&1 &
for script in /etc/rc.d/S*; do "$script" boot >> /tmp/log/boot.log 2>&1; done
wait
`;

/**
 * Installs polywan from dist/x86_64 and rootfs-overlay, as the packages would.
 *
 * @param config for /etc/config/polywan
 * @returns false where it has not been built
 */
export async function installBuild(router: Router, config: string): Promise<boolean> {
	const built = join(root, "dist/x86_64");
	if (!existsSync(join(built, "polywan")) || !existsSync(join(built, "polywan-run"))) return false;
	const overlay = join(root, "rootfs-overlay");
	const owners: Record<string, { package: string }> = JSON.parse(
		readFileSync(join(overlay, "owners.json"), "utf8"),
	);
	// Whoever wants mwan3's names in the router puts them there.
	const files = Object.keys(owners).filter(
		(path) => owners[path]?.package !== "polywan-mwan3-compat" && existsSync(join(overlay, path)),
	);
	await router.mustRun(["sh", "-c", unpack, "install", overlay, built], { input: files.join("\n") });
	const panel = join(root, "dist/panel/www");
	if (existsSync(panel)) await router.mustRun(["cp", "-r", `${panel}/.`, "/www"]);
	router.writeFile("/etc/config/polywan", config);
	return true;
}

const unpack = `
set -e
tar -C "$1" -c -T - | tar -C / -x --no-same-owner --keep-directory-symlink
cp "$2/polywan-run" /usr/bin/polywan-run
cp "$2/polywan" /usr/sbin/polywan
chmod 755 /usr/bin/polywan-run /usr/sbin/polywan
[ ! -e "$2/polywan-reports" ] || { cp "$2/polywan-reports" /usr/sbin; chmod 755 /usr/sbin/polywan-reports; }
`;

/** The packages of dist/ipk for this machine, in the order they depend on each other. */
export function builtPackages(): string[] {
	const folder = join(root, "dist/ipk");
	const names = existsSync(folder) ? readdirSync(folder) : [];
	const ours = names
		.filter((name) => /_(x86_64|all)\.ipk$/.test(name) && !name.startsWith("polywan-mwan3-compat_"))
		.sort();
	const runtime = ours.filter((name) => name.startsWith("polywan-runtime_"));
	return [...runtime, ...ours.filter((name) => !runtime.includes(name))].map((name) => join(folder, name));
}

/** Installs dist/ipk/*.ipk by unpacking them and running their postinst, as opkg would. */
export async function installPackages(router: Router): Promise<void> {
	const paths = builtPackages();
	if (paths.length === 0) throw new Error("dist/ipk has no package; make them with: npm run ipk");
	for (const path of paths) await router.mustRun(["sh", "-c", installIpk, "opkg", path]);
}

const installIpk = `
set -e
name=$(basename "$1"); name=\${name%%_*}
info=/usr/lib/opkg/info
mkdir -p "$info" "/tmp/opkg/$name"
tar -xzf "$1" -C "/tmp/opkg/$name"
tar -tzf "/tmp/opkg/$name/data.tar.gz" | sed -n 's,^\\./,/,p' | grep -v '/$' > "$info/$name.list" || true
tar -xzf "/tmp/opkg/$name/control.tar.gz" -C "/tmp/opkg/$name" ./conffiles 2> /dev/null || true
kept=
if [ -f "/tmp/opkg/$name/conffiles" ]; then
	while read -r file; do [ ! -f "$file" ] || kept="$kept --exclude=.$file"; done < "/tmp/opkg/$name/conffiles"
fi
tar -xzf "/tmp/opkg/$name/data.tar.gz" -C / $kept --no-same-owner --keep-directory-symlink
mkdir -p "/tmp/opkg/$name/control"
tar -xzf "/tmp/opkg/$name/control.tar.gz" -C "/tmp/opkg/$name/control"
for file in "/tmp/opkg/$name/control"/*; do cp "$file" "$info/$name.\${file##*/}"; done
[ ! -f "$info/$name.postinst" ] || sh "$info/$name.postinst" configure
`;

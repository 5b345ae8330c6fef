import { readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { type NetworkNamespace, root } from "./namespaces.ts";

/**
 * Makes an overlay of this machine's root file system the root of the router: what it writes stays in memory and goes
 * with it. Its /tmp, /run, /dev, /proc and /sys are its own; /etc/config, /etc/init.d and the like hold what
 * test/openwrt/rootfs has and nothing of this machine.
 *
 * @param router run in it, this changes its mount namespace
 */
export async function mountStandInRoot(router: NetworkNamespace): Promise<void> {
	const needed = [root, dirname(dirname(realpathSync(process.execPath)))].filter(isHiddenInOverlay);
	const script = [begin, standInFiles, end].join("\n");
	await router.mustRun(["sh", "-c", script, "mount", "/", join(root, "test/openwrt/rootfs"), ...needed]);
}

/**
 * The same with an OpenWrt root file system in `directory`, which stays as it is.
 *
 * @param shown directories of this machine that are wanted in it, at their own paths
 */
export async function mountOpenwrtRoot(
	router: NetworkNamespace,
	directory: string,
	shown: readonly string[],
): Promise<void> {
	await router.mustRun(["sh", "-c", [begin, openwrtFiles, end].join("\n"), "mount", directory, "", ...shown]);
}

/** $1: what lies below; $2: files to lay over; the rest: directories of this machine to show in it. */
const begin = `
set -e
lower=$1; files=$2; shift 2
base=/run/polywan-lab
mount -t tmpfs -o mode=755 pwlab $base
cd $base
mkdir upper work root
mount -t overlay -o "lowerdir=$lower,upperdir=$base/upper,workdir=$base/work" pwlab root
cd root
mkdir -p tmp run dev proc sys
mount -t tmpfs -o mode=1777 tmpfs tmp
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=755 tmpfs dev
mount -t proc proc proc
mount -t sysfs sysfs sys
for device in null zero full random urandom tty; do : > dev/$device; mount --bind /dev/$device dev/$device; done
mkdir -p dev/net dev/pts dev/shm
: > dev/net/tun; mount --bind /dev/net/tun dev/net/tun
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
ln -s pts/ptmx dev/ptmx; ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/0 dev/stdin; ln -s /proc/self/fd/1 dev/stdout; ln -s /proc/self/fd/2 dev/stderr
`;

const standInFiles = `
mkdir -p tmp/log tmp/state run/lock run/ubus
rm -rf etc/config etc/init.d etc/rc.d etc/rc?.d etc/hotplug.d etc/resolv.conf
mkdir -p etc/config etc/init.d etc/rc.d etc/hotplug.d/iface etc/uci-defaults www
ln -s /tmp/resolv.conf etc/resolv.conf
ln -s resolv.conf.d/resolv.conf.auto tmp/resolv.conf
ln -sf busybox bin/sh
[ ! -d "$files" ] || tar -C "$files" -c . | tar -x --no-same-owner --keep-directory-symlink
`;

/** What OpenWrt's preinit does: its /var is /tmp. */
const openwrtFiles = `
mkdir -p tmp/run/ubus tmp/log tmp/lock tmp/state tmp/lib tmp/etc
ln -sf /tmp/resolv.conf.d/resolv.conf.auto tmp/resolv.conf
`;

const end = `
for directory; do mkdir -p ".$directory"; mount --bind "$directory" ".$directory"; done
mkdir old
pivot_root . old
cd /
umount -l /old
rmdir /old
`;

/** On a mount of its own, or below a directory that the router has for itself. */
function isHiddenInOverlay(path: string): boolean {
	if (/^\/(tmp|run|dev)\//.test(path)) return true;
	const mounts = readFileSync("/proc/self/mountinfo", "utf8")
		.split("\n")
		.map((line) => line.split(" ")[4] ?? "")
		.filter((mount) => mount !== "/" && mount !== "");
	return mounts.some((mount) => path === mount || path.startsWith(`${mount}/`));
}

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
export async function mountOverlayRoot(router: NetworkNamespace): Promise<void> {
	const needed = [root, dirname(dirname(realpathSync(process.execPath)))].filter(isHiddenInOverlay);
	await router.mustRun(["sh", "-c", overlayScript, "mount", join(root, "test/openwrt/rootfs"), ...needed]);
}

/** $1: files to lay over; the rest: directories of this machine that an overlay of / does not show. */
const overlayScript = `
set -e
files=$1; shift
base=/run/polywan-lab
mount -t tmpfs -o mode=755 pwlab $base
cd $base
mkdir upper work root
mount -t overlay -o lowerdir=/,upperdir=$base/upper,workdir=$base/work pwlab root
cd root
mount -t tmpfs -o mode=1777 tmpfs tmp
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=755 tmpfs dev
mount -t proc proc proc
mount -t sysfs sysfs sys
for device in null zero full random urandom tty; do : > dev/$device; mount --bind /dev/$device dev/$device; done
mkdir -p dev/net dev/pts dev/shm tmp/log tmp/state run/lock run/ubus
: > dev/net/tun; mount --bind /dev/net/tun dev/net/tun
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
ln -s pts/ptmx dev/ptmx; ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/0 dev/stdin; ln -s /proc/self/fd/1 dev/stdout; ln -s /proc/self/fd/2 dev/stderr
rm -rf etc/config etc/init.d etc/rc.d etc/rc?.d etc/hotplug.d etc/resolv.conf
mkdir -p etc/config etc/init.d etc/rc.d etc/hotplug.d/iface etc/uci-defaults
ln -s /tmp/resolv.conf etc/resolv.conf
ln -s resolv.conf.d/resolv.conf.auto tmp/resolv.conf
ln -sf busybox bin/sh
[ ! -d "$files" ] || tar -C "$files" -c . | tar -x --no-same-owner --keep-directory-symlink
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

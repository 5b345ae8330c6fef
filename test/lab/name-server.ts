import type { Site } from "./site.ts";

const folder = "/tmp/dnsmasq.cfg01411c.d";
const config = "/var/etc/dnsmasq.conf.cfg01411c";

/** As OpenWrt's init script starts it, with a folder for more options of each instance. */
const script = `#!/bin/sh /etc/rc.common
USE_PROCD=1
START=19
start_service() {
	mkdir -p ${folder} /var/etc /var/run/dnsmasq
	cat > ${config} << END
conf-dir=${folder},*.conf
no-resolv
no-hosts
user=root
server=203.0.113.1
pid-file=/var/run/dnsmasq/dnsmasq.cfg01411c.pid
END
	procd_open_instance
	procd_set_param command dnsmasq -k -C ${config}
	procd_set_param respawn
	procd_close_instance
}
`;

/** Starts dnsmasq on the router, which asks server 1. */
export async function startNameServer(site: Site): Promise<void> {
	site.router.writeFile("/etc/init.d/dnsmasq", script, 0o755);
	site.router.writeFile("/etc/resolv.conf", "nameserver 127.0.0.1\n");
	await site.router.mustRun(["/etc/init.d/dnsmasq", "start"]);
}

/** Address of a name as a LAN host's program learns it from the router; null: none. */
export async function resolveAtHost(
	site: Site,
	name: string,
	family: "ipv4" | "ipv6",
): Promise<string | null> {
	const program = `const resolver = new (require("dns").Resolver)({ timeout: 500, tries: 4 });
resolver.setServers(["192.168.1.1"]);
resolver.resolve${family === "ipv4" ? 4 : 6}("${name}", (error, found) => console.log(error ? "" : found[0]));`;
	const { stdout } = await site.host(0).run([process.execPath, "-e", program]);
	return stdout.trim() === "" ? null : stdout.trim();
}

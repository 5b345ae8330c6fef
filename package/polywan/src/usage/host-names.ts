import { exists, listDirectory, readText } from "polywan-runtime/file";

/** dnsmasq's leases in OpenWrt: when it ends, hardware address, address, name or "*", identifier. */
const LEASES = "/tmp/dhcp.leases";
/** Of /etc/config/dhcp, and of odhcpd: address, names. */
const HOSTS_FOLDER = "/tmp/hosts";
const HOSTS_FILE = "/etc/hosts";

/** Names of hosts at home by their address, as far as the router knows them. */
export function readHostNames(): ReadonlyMap<string, string> {
	const names = new Map<string, string>();
	const folder = exists(HOSTS_FOLDER) ? listDirectory(HOSTS_FOLDER) : [];
	for (const path of [HOSTS_FILE, ...folder.map((name) => `${HOSTS_FOLDER}/${name}`)])
		for (const [address, name] of readFields(path)) add(names, address, name);
	for (const [, , address, name] of readFields(LEASES)) if (name !== "*") add(names, address, name);
	return names;
}

function add(names: Map<string, string>, address: string | undefined, name: string | undefined): void {
	if (address !== undefined && name !== undefined && /^[\w.-]{1,253}$/.test(name)) names.set(address, name);
}

function readFields(path: string): readonly (readonly string[])[] {
	try {
		return readText(path)
			.split("\n")
			.filter((line) => !line.startsWith("#"))
			.map((line) => line.trim().split(/\s+/));
	} catch {
		return [];
	}
}

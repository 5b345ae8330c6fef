import { exists, readText, writeFile } from "polywan-runtime/file";

/** Documentation/networking/nf_conntrack-sysctl.rst: byte counters, and when a connection began; new entries alone have them. */
const SYSCTLS = [
	"/proc/sys/net/netfilter/nf_conntrack_acct",
	"/proc/sys/net/netfilter/nf_conntrack_timestamp",
];

/** Whether the kernel counts bytes and keeps ages of new connections. */
export function isAccounting(): boolean {
	return SYSCTLS.every((path) => exists(path) && readText(path).trim() !== "0");
}

/** Switches it on where it is off. Without connection tracking there is nothing to switch. Throws SystemError. */
export function switchAccountingOn(): void {
	for (const path of SYSCTLS) if (exists(path) && readText(path).trim() === "0") writeFile(path, "1");
}

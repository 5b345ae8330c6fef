import { monotonicMs } from "polywan-runtime/clock";
import { exists } from "polywan-runtime/file";
import { spawn } from "polywan-runtime/process";
import { env } from "polywan-runtime/program";

/** Longest one change of the kernel may take; a large iptables rule set on a slow router needs a few seconds. */
const TIMEOUT_MS = 20_000;
const MOST_OUTPUT_BYTES = 8 * 1024 * 1024;

/** Programs that are not always there, and the OpenWrt packages they come from. */
const PACKAGES: Readonly<Record<string, string>> = {
	nft: "nftables",
	iptables: "iptables-nft or iptables-zz-legacy",
	ip6tables: "ip6tables-nft or ip6tables-zz-legacy",
	"iptables-restore": "iptables-nft or iptables-zz-legacy",
	"ip6tables-restore": "ip6tables-nft or ip6tables-zz-legacy",
	"iptables-save": "iptables-nft or iptables-zz-legacy",
	"ip6tables-save": "ip6tables-nft or ip6tables-zz-legacy",
	ipset: "ipset",
	ip: "ip-full",
	tcpdump: "tcpdump-mini or tcpdump",
};

/** What the kernel tells of a change is read soon after; later the number may be another process's. */
const PORT_KEPT_MS = 2000;

/** Programs that run, or ended a moment ago, by their process number; when they ended, or null. */
const ownPorts = new Map<number, number | null>();

/**
 * Whether a change was made by one of our programs: a netlink socket has its process's number as port, and the kernel tells by
 * which port something was changed (netlink_autobind in net/netlink/af_netlink.c).
 */
export function isOwnPort(port: number): boolean {
	const endedMs = ownPorts.get(port);
	if (endedMs === undefined || endedMs === null) return endedMs === null;
	return monotonicMs() - endedMs < PORT_KEPT_MS;
}

function notePort(pid: number, endedMs: number | null): void {
	for (const [old, oldEndedMs] of ownPorts)
		if (oldEndedMs !== null && monotonicMs() - oldEndedMs >= PORT_KEPT_MS) ownPorts.delete(old);
	ownPorts.set(pid, endedMs);
}

/** A program that changes the kernel is missing, failed, or did not end in time. */
export class ToolError extends Error {}

/** Runs a program with `input` on its stdin and gives what it printed. Rejects with ToolError. */
export async function runTool(argv: readonly string[], input: string): Promise<string> {
	const [program = ""] = argv;
	if (!hasTool(program)) throw new ToolError(`${program} is missing: install ${packageOf(program)}`);
	const child = spawn(argv, { input, timeoutMs: TIMEOUT_MS, maxOutputBytes: MOST_OUTPUT_BYTES });
	notePort(child.pid, null);
	const end = await child.done;
	notePort(child.pid, monotonicMs());
	if (end.exitCode === 0) return new TextDecoder().decode(end.stdout);
	if (end.timedOut) throw new ToolError(`${argv.join(" ")} did not end within ${TIMEOUT_MS / 1000} s`);
	const complaint = new TextDecoder().decode(end.stderr).trim();
	throw new ToolError(`${argv.join(" ")} failed (${end.signal ?? end.exitCode}): ${firstLines(complaint)}`);
}

/** Whether a program is in PATH. */
export function hasTool(program: string): boolean {
	const folders = (env("PATH") ?? "/usr/sbin:/usr/bin:/sbin:/bin").split(":");
	return folders.some((folder) => exists(`${folder}/${program}`));
}

/** The package to install for a missing program. */
export function packageOf(program: string): string {
	return PACKAGES[program] ?? program;
}

function firstLines(text: string): string {
	const lines = text.split("\n");
	return lines.slice(0, 4).join("; ") + (lines.length > 4 ? "; …" : "");
}

/** What to tell of an error that ended a change of the kernel. */
export function errorMessage(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}

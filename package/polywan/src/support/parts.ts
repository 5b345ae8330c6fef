import { exists, readText } from "polywan-runtime/file";
import { spawn } from "polywan-runtime/process";
import { UbusError } from "ubus-js/bus";
import { hasTool } from "../apply/tool.ts";
import { callDaemon, NoDaemonError } from "../cli/daemon-client.ts";
import { findFaults } from "../doctor/find-faults.ts";
import { VERSION } from "../version.ts";

/** One part of what helps somebody else to help. */
export interface Part {
	readonly title: string;
	/** Rejects with Error: then that stands in its place. */
	read(): Promise<string> | string;
	/** Kept of a text that is longer: its end. */
	readonly mostCharacters?: number;
}

const TIMEOUT_MS = 10_000;
const MOST_OUTPUT_BYTES = 512 * 1024;

/** Everything but configurations. */
export const PARTS: readonly Part[] = [
	{ title: "polywan version", read: () => VERSION },
	file("/etc/openwrt_release"),
	command(["uname", "-a"]),
	command(["uptime"]),
	daemon("status"),
	{ title: "polywan doctor", read: async () => renderJson(await findFaults()) },
	daemon("events"),
	{ title: "polywan diff", read: async () => linesOf((await callDaemon("diff")).differences) },
	daemon("usage"),
	{
		title: "polywan script",
		read: async () =>
			Object.entries(await callDaemon("script"))
				.map(([name, text]) => `# ${name}\n${String(text)}`)
				.join("\n"),
	},
	command(["ip", "address"]),
	command(["ip", "-4", "rule"]),
	command(["ip", "-6", "rule"]),
	command(["ip", "-4", "route", "show", "table", "all"]),
	command(["ip", "-6", "route", "show", "table", "all"]),
	command(["nft", "list", "ruleset"]),
	command(["iptables-save"]),
	command(["ip6tables-save"]),
	command(["ipset", "list", "-t"]),
	command(["ubus", "call", "network.interface", "dump"]),
	command(["ubus", "call", "polywan.reports", "status"]),
	file("/proc/meminfo"),
	file("/proc/sys/net/netfilter/nf_conntrack_count"),
	file("/proc/sys/net/netfilter/nf_conntrack_max"),
	command(["df"]),
	{ ...command(["logread"]), mostCharacters: 100_000 },
	{ ...command(["dmesg"]), mostCharacters: 30_000 },
];

function file(path: string): Part {
	return { title: path, read: () => (exists(path) ? readText(path) : "(not there)") };
}

function daemon(method: string): Part {
	return { title: `polywan ${method}`, read: async () => renderJson(await askDaemon(method)) };
}

async function askDaemon(method: string): Promise<unknown> {
	try {
		return await callDaemon(method);
	} catch (error) {
		if (error instanceof NoDaemonError || error instanceof UbusError) return `(${error.message})`;
		throw error;
	}
}

function command(argv: readonly string[]): Part {
	return { title: argv.join(" "), read: () => run(argv) };
}

async function run(argv: readonly string[]): Promise<string> {
	if (!hasTool(argv[0] ?? "")) return "(not there)";
	const child = spawn(argv, { timeoutMs: TIMEOUT_MS, maxOutputBytes: MOST_OUTPUT_BYTES });
	const { exitCode, stdout, stderr, truncated, timedOut } = await child.done;
	const text = new TextDecoder();
	const trouble = timedOut ? "(it took too long)" : exitCode === 0 ? "" : `(exit code ${exitCode})`;
	const cut = truncated ? "(too much: the rest is left out)" : "";
	return [text.decode(stdout).trimEnd(), text.decode(stderr).trimEnd(), trouble, cut]
		.filter((part) => part !== "")
		.join("\n");
}

function renderJson(value: unknown): string {
	return typeof value === "string" ? value : JSON.stringify(value, null, 1);
}

function linesOf(value: unknown): string {
	return Array.isArray(value) ? value.map(String).join("\n") : "";
}

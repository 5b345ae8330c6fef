import { spawn } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { runIp } from "./ip.ts";

export interface DeviceState {
	up: boolean;
	carrier: boolean;
}

/** What `ip -o link` and `ip -o monitor link` print: "3: eth1@if3: <NO-CARRIER,BROADCAST,UP> mtu 1500 …" */
export function parseLinkLine(line: string): { name: string; state: DeviceState | null } | null {
	const match = /^(Deleted )?\d+: ([^:@]+)(?:@[^:]*)?: <([^>]*)>/.exec(line);
	if (!match) return null;
	const [, deleted, name = "", flags = ""] = match;
	const has = (flag: string) => flags.split(",").includes(flag);
	if (deleted) return { name, state: null };
	return { name, state: { up: has("UP"), carrier: has("UP") && has("LOWER_UP") && !has("NO-CARRIER") } };
}

/** Network devices as the kernel tells of them. */
export class Devices {
	readonly #known = new Map<string, DeviceState>();
	readonly #onChange: (name: string) => void;

	constructor(onChange: (name: string) => void) {
		this.#onChange = onChange;
	}

	/** Done when every device is known that is there, and no change of one is missed any more. */
	start(): Promise<void> {
		return this.#watch();
	}

	/** undefined: there is no such device. */
	get(name: string): DeviceState | undefined {
		return this.#known.get(name);
	}

	/** As `ubus call network.device status`. */
	status(name: string): { [field: string]: string | number | boolean | { [field: string]: number } } {
		const state = this.#known.get(name);
		if (!state) return { external: false, present: false };
		const read = (file: string) => readFileSync(`/sys/class/net/${name}/${file}`, "utf8").trim();
		const count = (counter: string) => Number(read(`statistics/${counter}`));
		return {
			external: false,
			present: true,
			type: "Network device",
			up: state.up,
			carrier: state.carrier,
			mtu: Number(read("mtu")),
			macaddr: read("address"),
			statistics: Object.fromEntries(
				["rx_bytes", "rx_packets", "rx_dropped", "rx_errors", "tx_bytes", "tx_packets", "tx_dropped"].map(
					(counter) => [counter, count(counter)],
				),
			),
		};
	}

	names(): string[] {
		return [...this.#known.keys()];
	}

	/** Listens first and looks then; what is heard meanwhile is newer than what is seen. */
	async #watch(): Promise<void> {
		const heard = new Set<string>();
		const monitor = spawn("ip", ["-o", "monitor", "link"], { stdio: ["ignore", "pipe", "inherit"] });
		createInterface(monitor.stdout).on("line", (line) => heard.add(this.#take(parseLinkLine(line))));
		monitor.once("exit", () => setTimeout(() => void this.#watch(), 1000));
		while (monitor.exitCode === null && !isListening(monitor.pid)) await pause(2);
		const seen = (await runIp(["-o", "link"])).split("\n").map(parseLinkLine);
		const gone = this.names().filter((name) => !seen.some((found) => found?.name === name));
		for (const found of [...seen, ...gone.map((name) => ({ name, state: null }))])
			if (found && !heard.has(found.name)) this.#take(found);
	}

	/** Gives the device's name. */
	#take(found: ReturnType<typeof parseLinkLine>): string {
		if (!found) return "";
		const { name, state } = found;
		const before = this.#known.get(name);
		if (state) this.#known.set(name, state);
		else this.#known.delete(name);
		if (before?.up !== state?.up || before?.carrier !== state?.carrier) this.#onChange(name);
		return name;
	}
}

/**
 * A process takes a while to its first system call, and what the kernel tells before that is lost to it: whether it has a
 * netlink socket with groups. Columns of /proc/net/netlink: sk, Eth, Pid, Groups (hexadecimal), …, Inode.
 */
function isListening(pid: number | undefined): boolean {
	try {
		const inodes = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
		return readFileSync("/proc/net/netlink", "utf8")
			.split("\n")
			.map((line) => line.trim().split(/\s+/))
			.some(
				([, , , groups, ...rest]) => Number(`0x${groups}`) > 0 && inodes.includes(`socket:[${rest.at(-1)}]`),
			);
	} catch {
		// It closed a descriptor, or ended, while it was looked at.
		return false;
	}
}

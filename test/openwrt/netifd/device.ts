import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
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

	/** Listens first and looks then, so that nothing is missed. */
	async start(): Promise<void> {
		this.#monitor();
		for (const line of (await runIp(["-o", "link"])).split("\n")) this.#take(line);
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

	#monitor(): void {
		const monitor = spawn("ip", ["-o", "monitor", "link"], { stdio: ["ignore", "pipe", "inherit"] });
		createInterface(monitor.stdout).on("line", (line) => this.#take(line));
		monitor.once("exit", () => setTimeout(() => this.#monitor(), 1000));
	}

	#take(line: string): void {
		const found = parseLinkLine(line);
		if (!found) return;
		const before = this.#known.get(found.name);
		if (found.state) this.#known.set(found.name, found.state);
		else this.#known.delete(found.name);
		if (before?.up !== found.state?.up || before?.carrier !== found.state?.carrier)
			this.#onChange(found.name);
	}
}

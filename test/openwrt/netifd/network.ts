import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { type BridgeConfig, type InterfaceConfig, readNetworkConfig } from "./config.ts";
import { Devices } from "./device.ts";
import { Interface, type InterfaceAction } from "./interface.ts";
import { runBatch } from "./ip.ts";
import { watchLeases } from "./lease.ts";

/** Every interface of /etc/config/network, kept as the kernel, the leases and the configuration say. */
export class Network {
	readonly devices: Devices;
	readonly #interfaces = new Map<string, Interface>();
	readonly #onAction: (action: InterfaceAction, iface: Interface) => void;
	#bridges: BridgeConfig[] = [];

	constructor(onAction: (action: InterfaceAction, iface: Interface) => void) {
		this.devices = new Devices((name) => this.#deviceChanged(name));
		this.#onAction = (action, iface) => {
			this.#writeResolvConf();
			onAction(action, iface);
		};
	}

	get interfaces(): Interface[] {
		return [...this.#interfaces.values()];
	}

	interface(name: string): Interface | undefined {
		return this.#interfaces.get(name);
	}

	async start(): Promise<void> {
		watchLeases((device) => this.#settle(device));
		await this.devices.start();
		await this.reload();
	}

	/** Reads the configuration again. What did not change stays as it is, what changed goes down and up. */
	async reload(): Promise<void> {
		const config = readNetworkConfig();
		await this.#makeBridges(config.bridges);
		const wanted = new Map(config.interfaces.map((entry) => [entry.name, entry]));
		for (const [name, iface] of this.#interfaces) {
			if (JSON.stringify(wanted.get(name)) === JSON.stringify(iface.config)) continue;
			await this.setWanted(iface, false);
			this.#interfaces.delete(name);
		}
		const added = config.interfaces.filter(({ name }) => !this.#interfaces.has(name));
		await Promise.all(added.map((entry) => this.#add(entry)));
	}

	async setWanted(iface: Interface, wanted: boolean): Promise<void> {
		iface.wanted = wanted;
		await iface.settle();
	}

	/** Takes every interface down, as netifd does when it is told to end. */
	async stop(): Promise<void> {
		for (const iface of this.interfaces) await this.setWanted(iface, false);
	}

	async #add(config: InterfaceConfig): Promise<void> {
		const iface = new Interface(config, this.#onAction);
		this.#interfaces.set(config.name, iface);
		if (config.device && iface.wanted && !this.#isDialled(config.device))
			await runBatch([`link set ${config.device} up`]);
		iface.device = config.device ? this.devices.get(config.device) : undefined;
		await iface.settle();
	}

	async #makeBridges(bridges: BridgeConfig[]): Promise<void> {
		const fresh = bridges.filter(({ name }) => !this.#bridges.some((known) => known.name === name));
		const lines = fresh
			.filter(({ name }) => !this.devices.get(name))
			.map(({ name }) => `link add ${name} type bridge`);
		for (const { name, ports } of bridges) {
			for (const port of ports)
				if (this.devices.get(port)) lines.push(`link set ${port} master ${name}`, `link set ${port} up`);
			lines.push(`link set ${name} up`);
		}
		this.#bridges = bridges;
		await runBatch(lines);
	}

	#deviceChanged(name: string): void {
		const bridge = this.#bridges.find(({ ports }) => ports.includes(name));
		if (bridge && this.devices.get(name)?.up === false)
			void runBatch([`link set ${name} master ${bridge.name}`, `link set ${name} up`]);
		for (const iface of this.interfaces) {
			if (iface.config.device !== name) continue;
			const before = iface.device;
			iface.device = this.devices.get(name);
			if (iface.device && !iface.device.up && iface.wanted && !this.#isDialled(name))
				void runBatch([`link set ${name} up`]);
			// The kernel took addresses and routes of the device along when it was down.
			const back = iface.up && before?.up === false && iface.device?.up === true;
			void iface.settle(back);
		}
	}

	/** Such a device goes up and down with the interface that makes it. */
	#isDialled(name: string): boolean {
		return this.interfaces.some(({ config }) => config.l3Device === name && config.device !== name);
	}

	#settle(device: string): void {
		for (const iface of this.interfaces) if (iface.config.device === device) void iface.settle();
	}

	/** As netifd leaves it for dnsmasq. */
	#writeResolvConf(): void {
		const parts = this.interfaces
			.filter(({ settings }) => settings && settings.dns.length > 0)
			.sort((a, b) => a.config.dnsMetric - b.config.dnsMetric)
			.map(
				({ config, settings }) =>
					`# Interface ${config.name}\n${settings?.dns.map((server) => `nameserver ${server}\n`).join("")}`,
			);
		mkdirSync("/tmp/resolv.conf.d", { recursive: true });
		writeFileSync("/tmp/resolv.conf.d/.resolv.conf.auto", parts.join(""));
		renameSync("/tmp/resolv.conf.d/.resolv.conf.auto", "/tmp/resolv.conf.d/resolv.conf.auto");
	}
}

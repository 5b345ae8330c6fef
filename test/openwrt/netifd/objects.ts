import { type UbusConnection, UbusError, type UbusMethod, type UbusObject, ubusStatus } from "ubus-js/bus";
import type { BlobTable } from "ubus-js/codec";
import type { Interface } from "./interface.ts";
import type { Network } from "./network.ts";
import { buildStatus } from "./status.ts";

/** The bus objects of netifd. */
export class NetworkObjects {
	/** `network.interface`: notifies interface.update and interface.down. */
	readonly interfaces: UbusObject;
	readonly #bus: UbusConnection;
	readonly #network: Network;
	readonly #published = new Map<string, UbusObject>();

	constructor(bus: UbusConnection, network: Network) {
		this.#bus = bus;
		this.#network = network;
		bus.publish("network", {
			restart: { call: () => this.#restart() },
			reload: { call: () => this.#reload() },
		});
		bus.publish("network.device", {
			status: { args: { name: "string" }, call: ({ name }) => this.#deviceStatus(name) },
		});
		this.interfaces = bus.publish("network.interface", {
			dump: { call: () => ({ interface: network.interfaces.map((iface) => named(iface)) }) },
			...this.#methods((args) => this.#find(args.interface), { interface: "string" }),
		});
	}

	/** Adds and removes `network.interface.<name>`. */
	publishInterfaces(): void {
		for (const { config } of this.#network.interfaces) {
			const { name } = config;
			if (this.#published.has(name)) continue;
			const methods = this.#methods(() => this.#find(name), {});
			this.#published.set(name, this.#bus.publish(`network.interface.${name}`, methods));
		}
		for (const [name, object] of this.#published) {
			if (this.#network.interface(name)) continue;
			object.remove();
			this.#published.delete(name);
		}
	}

	#methods(
		find: (args: BlobTable) => Interface,
		args: NonNullable<UbusMethod["args"]>,
	): { [name: string]: UbusMethod } {
		const change = (wanted: boolean) => async (given: BlobTable) => {
			await this.#network.setWanted(find(given), wanted);
		};
		return {
			status: { args, call: (given) => buildStatus(find(given)) },
			up: { args, call: change(true) },
			down: { args, call: change(false) },
			renew: { args, call: (given) => find(given).settle() },
		};
	}

	#find(name: unknown): Interface {
		const found = typeof name === "string" ? this.#network.interface(name) : undefined;
		if (!found) throw new UbusError(ubusStatus.notFound, `find interface ${String(name)}`);
		return found;
	}

	#deviceStatus(name: unknown): BlobTable {
		const { devices } = this.#network;
		if (typeof name === "string" && name !== "") return devices.status(name);
		return Object.fromEntries(devices.names().map((device) => [device, devices.status(device)]));
	}

	async #reload(): Promise<void> {
		await this.#network.reload();
		this.publishInterfaces();
	}

	async #restart(): Promise<void> {
		await this.#network.stop();
		for (const iface of this.#network.interfaces) await this.#network.setWanted(iface, iface.config.auto);
		await this.#reload();
	}
}

function named(iface: Interface): BlobTable {
	return { interface: iface.config.name, ...buildStatus(iface) };
}

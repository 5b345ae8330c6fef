import { addHostCounters } from "polywan-core/quota/count-hosts";
import type { HostUsagePage } from "polywan-core/status";
import { HostCounters } from "./host-counters.ts";
import { readHostNames } from "./host-names.ts";
import type { UsageKeeper } from "./usage-keeper.ts";

const DEFAULT_LIMIT = 1000;

/** Bytes of hosts at home. It is loaded only where they are counted. */
export class HostUsage {
	readonly #usage: UsageKeeper;
	readonly #counters: HostCounters;

	/** `onTrouble`: `trouble` is another now. */
	constructor(usage: UsageKeeper, onTrouble: () => void) {
		this.#usage = usage;
		this.#counters = new HostCounters(onTrouble);
		usage.useHosts({
			read: () => {
				const counted = this.#counters.read();
				return (known, devices) =>
					addHostCounters(
						known,
						devices.flatMap((device) => counted.get(device) ?? []),
					);
			},
		});
	}

	/** Why nothing is counted; null: it is. */
	get trouble(): string | null {
		return this.#counters.trouble;
	}

	/** Devices of uplinks. */
	set(devices: readonly string[]): void {
		this.#counters.set(devices);
	}

	/** Of those uplinks, the hosts with most first. */
	page(uplinks: readonly string[], limit: number): HostUsagePage {
		this.#usage.look(true);
		const names = readHostNames();
		const hosts = uplinks
			.flatMap((uplink) =>
				Object.entries(this.#usage.hostsOf(uplink)).map(([address, { rxBytes, txBytes }]) => ({
					uplink,
					address,
					name: names.get(address) ?? null,
					rx_bytes: rxBytes,
					tx_bytes: txBytes,
				})),
			)
			.filter((host) => host.rx_bytes + host.tx_bytes > 0)
			.sort((one, two) => two.rx_bytes + two.tx_bytes - one.rx_bytes - one.tx_bytes);
		const counting = this.trouble === null;
		return { counting, total: hosts.length, hosts: hosts.slice(0, limit > 0 ? limit : DEFAULT_LIMIT) };
	}
}

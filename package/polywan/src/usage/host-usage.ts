import { addHostCounters } from "polywan-core/quota/count-hosts";
import type { HostUsagePage } from "polywan-core/status";
import { HostCounters } from "./host-counters.ts";
import { readHostNames } from "./host-names.ts";
import type { UsageKeeper } from "./usage-keeper.ts";

/** Of one answer. */
const MOST_HOSTS = 1000;

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

	/** Of those uplinks, the hosts with most first. `limit` 0: as many as one answer may have. */
	page(uplinks: readonly string[], offset: number, limit: number): HostUsagePage {
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
		const end = offset + (limit > 0 ? Math.min(limit, MOST_HOSTS) : MOST_HOSTS);
		return { counting, total: hosts.length, offset, hosts: hosts.slice(offset, end) };
	}
}

import { type HostCounter, MOST_HOSTS } from "polywan-core/quota/count-hosts";
import {
	HOST_SETS,
	HOST_TABLE,
	renderHostFlush,
	renderHostRemoval,
	renderHostTable,
} from "polywan-core/render/nft/host-table";
import { errorMessage, hasTool, packageOf, runTool } from "../apply/tool.ts";
import { readAddress } from "../netlink/address.ts";
import { readNftTables } from "../netlink/nftables.ts";
import { readSet } from "./read-set.ts";

/** IFNAMSIZ of linux/if.h. */
const DEVICE_BYTES = 16;
/** From here on a set is emptied once it was read. */
const NEARLY_FULL = (MOST_HOSTS * 7) / 8;

/** The kernel's counters of hosts at home, by device of an uplink. */
export class HostCounters {
	readonly #onTrouble: () => void;
	#devices: readonly string[] = [];
	#work: Promise<void> = Promise.resolve();
	#trouble: string | null = null;

	/** `onTrouble`: `trouble` is another now. */
	constructor(onTrouble: () => void) {
		this.#onTrouble = onTrouble;
	}

	/** Why nothing is counted; null: it is. */
	get trouble(): string | null {
		return this.#trouble;
	}

	/** What goes by those devices is counted from now on. */
	set(devices: readonly string[]): void {
		if (devices.join(" ") === this.#devices.join(" ")) return;
		this.#devices = devices;
		this.#run(renderHostTable(devices));
	}

	/** What was counted by each device since the table is there. */
	read(): ReadonlyMap<string, readonly HostCounter[]> {
		const found = new Map<string, Map<string, HostCounter>>();
		let isFull = false;
		try {
			for (const set of HOST_SETS) isFull = this.#readSet(set, found) > NEARLY_FULL || isFull;
		} catch {
			// Somebody took the table away, or it could not be made.
			if (this.#devices.length > 0) this.#run(renderHostTable(this.#devices));
		}
		if (isFull) this.#run(renderHostFlush());
		return new Map([...found].map(([device, hosts]) => [device, [...hosts.values()]]));
	}

	#readSet(set: (typeof HOST_SETS)[number], found: Map<string, Map<string, HostCounter>>): number {
		const elements = readSet(HOST_TABLE, set);
		for (const { key, bytes } of elements) {
			const device = new TextDecoder().decode(key.subarray(0, DEVICE_BYTES)).replace(/\0.*$/s, "");
			const address = readAddress(key.subarray(DEVICE_BYTES));
			if (address === null) continue;
			const hosts = found.get(device) ?? new Map<string, HostCounter>();
			found.set(device, hosts);
			const host = hosts.get(address) ?? { address, rxBytes: 0, txBytes: 0 };
			hosts.set(address, set.startsWith("down") ? { ...host, rxBytes: bytes } : { ...host, txBytes: bytes });
		}
		return elements.length;
	}

	#run(text: string): void {
		this.#work = this.#work.then(async () => {
			const before = this.#trouble;
			try {
				await runTool(["nft", "-f", "-"], text);
				this.#trouble = null;
			} catch (error) {
				this.#trouble = hasTool("nft")
					? `hosts cannot be counted here: ${errorMessage(error)}`
					: `nft is missing: install ${packageOf("nft")}`;
			}
			if (this.#trouble !== before) this.#onTrouble();
		});
	}
}

/** Nothing is counted any more. Rejects with ToolError. */
export async function removeHostTable(): Promise<void> {
	if (readNftTables().includes(`inet ${HOST_TABLE}`)) await runTool(["nft", "-f", "-"], renderHostRemoval());
}

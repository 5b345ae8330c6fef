import { mkdirSync, readFileSync, watch } from "node:fs";
import { join } from "node:path";
import type { Lease } from "../../lab/addresses.ts";

/** In place of an ISP's DHCP and DHCPv6 answers: the lab writes <device>.json here. */
const leaseDirectory = "/tmp/lab/lease";

/** null: nobody answers on this device. */
export function readLease(device: string): Lease | null {
	try {
		return JSON.parse(readFileSync(join(leaseDirectory, `${device}.json`), "utf8"));
	} catch {
		return null;
	}
}

export function watchLeases(onChange: (device: string) => void): void {
	mkdirSync(leaseDirectory, { recursive: true });
	watch(leaseDirectory, (_event, file) => {
		if (file?.endsWith(".json")) onChange(file.slice(0, -".json".length));
	});
}

import { networkContains, parseAddress, parseNetwork } from "../address.ts";
import type { Plan, PlanUplink } from "../plan/plan.ts";
import { bindsPrefixes } from "../plan/translation.ts";
import type { Packet } from "./packet.ts";

/** The uplink a packet came in by; null: none. */
export function findArrival(
	{ uplinks }: Plan,
	{ incomingDevice, family, destination }: Packet,
): PlanUplink | null {
	if (incomingDevice === null) return null;
	const candidates = uplinks.filter(({ devices }) => devices[family] === incomingDevice);
	return candidates.find(({ addresses }) => addresses[family].includes(destination)) ?? candidates[0] ?? null;
}

/** The network that is never balanced and has the destination; null: none. */
export function findBypass({ bypass }: Plan, { destination, family }: Packet): string | null {
	return findNetwork(bypass[family], destination);
}

/** Uplinks whose provider gave a prefix that the source is in, each with that prefix. */
export function findDelegations(
	{ uplinks }: Plan,
	{ source, family }: Packet,
): readonly { readonly uplink: PlanUplink; readonly prefix: string }[] {
	if (family !== 6 || source === null) return [];
	return uplinks.flatMap((uplink) => {
		const prefix = findNetwork(uplink.prefixes, source);
		return prefix === null || !bindsPrefixes(uplink) ? [] : [{ uplink, prefix }];
	});
}

/** The uplink that has the source as an address of its own; null: none. */
export function findOwner({ uplinks }: Plan, { source, family }: Packet): PlanUplink | null {
	if (source === null) return null;
	return uplinks.find(({ addresses }) => addresses[family].includes(source)) ?? null;
}

function findNetwork(networks: readonly string[], text: string): string | null {
	const address = parseAddress(text);
	if (address === null) return null;
	const found = networks.find((network) => {
		const parsed = parseNetwork(network);
		return parsed !== null && networkContains(parsed, address);
	});
	return found ?? null;
}

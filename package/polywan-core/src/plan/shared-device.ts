import type { Model } from "../config/model.ts";
import type { Problem } from "../config/problem.ts";
import type { Family } from "../family.ts";
import type { Link } from "../link.ts";
import type { Plan, PlanUplink } from "./plan.ts";

/** Who has which device, so that what comes in can be told apart. */
export class DeviceOwners {
	readonly #owners = new Map<string, { readonly uplink: string; readonly addresses: Set<string> }>();

	/**
	 * Null: the link can be had. Else the uplink that has the device already, where its addresses do not tell the two apart; IPv6
	 * addresses of a device are the kernel's and nobody's more than another's.
	 */
	take(link: Link): string | null {
		const { uplink, family, device } = link;
		const own = link.addresses.map(({ address }) => address);
		const key = `${family} ${device}`;
		const owner = this.#owners.get(key);
		if (owner === undefined) {
			this.#owners.set(key, { uplink, addresses: new Set(own) });
			return null;
		}
		if (family === 6 || own.length === 0 || own.some((address) => owner.addresses.has(address)))
			return owner.uplink;
		for (const address of own) owner.addresses.add(address);
		return null;
	}

	/** The uplink that was first on the device. */
	first({ family, device }: Link): string | null {
		return this.#owners.get(`${family} ${device}`)?.uplink ?? null;
	}
}

/** Uplinks that are left out because their device has one already, and those that share one. */
export function listSharedDevices(model: Model, links: readonly Link[]): readonly Problem[] {
	const owners = new DeviceOwners();
	const problems = new Map<string, Problem>();
	const linksOf = new Map<string, Link[]>();
	for (const link of links) {
		const known = linksOf.get(link.uplink);
		if (known === undefined) linksOf.set(link.uplink, [link]);
		else known.push(link);
	}
	for (const { name, enabled, families } of model.uplinks) {
		if (!enabled) continue;
		for (const link of linksOf.get(name) ?? []) {
			if (!families.includes(link.family)) continue;
			const refusal = owners.take(link);
			const first = owners.first(link) ?? name;
			if (refusal !== null) problems.set(name, refuse(name, link, refusal));
			else if (first !== name && !problems.has(name)) problems.set(name, warn(name, link.device, first));
		}
	}
	return [...problems.values()];
}

function refuse(name: string, { family, device, addresses }: Link, owner: string): Problem {
	const why =
		family === 6
			? "IPv6 of two uplinks on one device cannot be told apart"
			: addresses.length === 0
				? "without an address what comes in cannot be told apart"
				: "with the same address what comes in cannot be told apart";
	const message = `${device} carries uplink '${owner}' already, and ${why}; give this one a device of its own, such as a macvlan on ${device}${family === 6 ? ", or option family 'ipv4'" : ""}`;
	return { config: "polywan", section: name, option: "interface", value: null, message, severity: "error" };
}

function warn(name: string, device: string, owner: string): Problem {
	const message = `${device} carries uplink '${owner}', too: bytes are counted for both together, as quotas and measured loads have them, and neither can be slowed down; a macvlan on ${device} keeps them apart`;
	return { config: "polywan", section: name, option: "interface", value: null, message, severity: "warning" };
}

/** Uplinks of one device, by id. */
export interface SharedDevice {
	readonly device: string;
	readonly uplinks: readonly (PlanUplink & Required<Pick<PlanUplink, "shared">>)[];
}

/** IPv4 alone has them. */
export function sharedDevices({ uplinks }: Pick<Plan, "uplinks">): readonly SharedDevice[] {
	const groups = new Map<string, SharedDevice["uplinks"]>();
	for (const uplink of uplinks) {
		const device = uplink.devices[4];
		if (!isShared(uplink) || device === null) continue;
		groups.set(device, [...(groups.get(device) ?? []), uplink]);
	}
	return [...groups].map(([device, members]) => ({ device, uplinks: members }));
}

/** Whether another uplink has the same device in a family. */
export function isSharedIn(uplink: PlanUplink, family: Family): boolean {
	return family === 4 && isShared(uplink);
}

function isShared(uplink: PlanUplink): uplink is PlanUplink & Required<Pick<PlanUplink, "shared">> {
	return uplink.shared !== undefined;
}

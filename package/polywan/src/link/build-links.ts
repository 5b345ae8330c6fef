import { familyOf, networkContains, parseAddress, parseNetwork } from "polywan-core/address";
import type { Uplink } from "polywan-core/config/model";
import type { Family } from "polywan-core/family";
import type { InterfaceDevices, Link, LinkAddress } from "polywan-core/link";
import type { Tunnel } from "../tunnel/tunnel.ts";
import type { DeviceTable } from "./device-table.ts";
import type { NetifdInterface } from "./netifd.ts";
import type { Device } from "./rtnetlink.ts";

/** The links of all uplinks: per family the first of its interfaces that is up with a way to the Internet. */
export function buildLinks(
	uplinks: readonly Uplink[],
	interfaces: ReadonlyMap<string, NetifdInterface>,
	devices: DeviceTable,
): Link[] {
	return uplinks.flatMap((uplink) =>
		uplink.families.flatMap((family) => {
			for (const name of uplink.interfaces) {
				const link = buildLink(uplink.name, family, interfaces.get(name), devices);
				if (link !== null) return [link];
			}
			return [];
		}),
	);
}

export function buildInterfaceDevices(interfaces: ReadonlyMap<string, NetifdInterface>): InterfaceDevices {
	const devices = new Map<string, string>();
	for (const { name, device } of interfaces.values()) if (device !== null) devices.set(name, device);
	return devices;
}

/** Uplinks that are WireGuard tunnels, with their far ends to be found out. */
export function buildTunnels(
	uplinks: readonly Uplink[],
	interfaces: ReadonlyMap<string, NetifdInterface>,
): Tunnel[] {
	return uplinks.flatMap(({ name: uplink, enabled, endpoints, interfaces: names }) => {
		if (!enabled || endpoints.length > 0) return [];
		const found = names.map((name) => interfaces.get(name)).find((entry) => entry?.proto === "wireguard");
		if (found === undefined || !found.up || found.device === null) return [];
		return [{ uplink, interface: found.name, device: found.device }];
	});
}

function buildLink(
	uplink: string,
	family: Family,
	from: NetifdInterface | undefined,
	devices: DeviceTable,
): Link | null {
	if (from === undefined || !from.up || from.device === null) return null;
	const device = devices.byName(from.device);
	if (device === null) return null;
	const route = from.defaultRoutes[family];
	// A tunnel often has no default route of its own: whatever is sent into it goes to the other end.
	if (route === null && !device.pointToPoint) return null;
	const addresses = findAddresses(from, family, device, devices);
	if (addresses.length === 0) return null;
	return {
		uplink,
		family,
		interface: from.name,
		device: device.name,
		ifindex: device.ifindex,
		addresses,
		prefixes: family === 6 ? from.prefixes : [],
		gateway: route?.gateway ?? null,
		dnsServers: from.dnsServers.filter((server) => familyOf(server) === family),
		mtu: device.mtu,
		carrier: device.carrier,
	};
}

/**
 * netifd's addresses that the kernel has and lets be used as a source. Without any: the kernel's own (stateless configuration), or
 * those that other devices have out of the delegated prefixes, where the provider gives nothing else.
 */
function findAddresses(
	from: NetifdInterface,
	family: Family,
	device: Device,
	devices: DeviceTable,
): readonly LinkAddress[] {
	const known = from.addresses[family];
	if (known.length > 0) {
		return known.filter(({ address }) => devices.find(device.ifindex, address)?.usable ?? false);
	}
	const own: LinkAddress[] = [];
	const delegated: LinkAddress[] = [];
	const prefixes = from.prefixes.flatMap((text) => parseNetwork(text) ?? []);
	for (const { ifindex, address, prefixLength, usable, global } of devices.addresses) {
		if (!usable || !global || familyOf(address) !== family) continue;
		const parsed = parseAddress(address);
		if (ifindex === device.ifindex) own.push({ address, prefixLength });
		else if (parsed !== null && prefixes.some((prefix) => networkContains(prefix, parsed))) {
			delegated.push({ address, prefixLength });
		}
	}
	return (own.length > 0 ? own : delegated).sort((a, b) => (a.address < b.address ? -1 : 1));
}

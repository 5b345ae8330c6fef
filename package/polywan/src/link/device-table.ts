import { parseAddress } from "polywan-core/address";
import {
	type Device,
	type DeviceAddress,
	parseDevice,
	parseDeviceAddress,
	RTM_DELADDR,
	RTM_DELLINK,
	RTM_NEWADDR,
	RTM_NEWLINK,
} from "./rtnetlink.ts";

/** The kernel's network devices and their addresses, kept up to date from rtnetlink messages. */
export class DeviceTable {
	readonly #devices = new Map<number, Device>();
	readonly #addresses = new Map<string, DeviceAddress>();

	/** Takes one message in. Returns whether it may have changed something. */
	take(type: number, payload: Uint8Array): boolean {
		switch (type) {
			case RTM_NEWLINK:
				return this.#setDevice(parseDevice(payload));
			case RTM_DELLINK:
				return this.#removeDevice(parseDevice(payload));
			case RTM_NEWADDR:
			case RTM_DELADDR:
				return this.#takeAddress(parseDeviceAddress(payload), type === RTM_NEWADDR);
			default:
				return false;
		}
	}

	byName(name: string): Device | null {
		for (const device of this.#devices.values()) if (device.name === name) return device;
		return null;
	}

	byIndex(ifindex: number): Device | null {
		return this.#devices.get(ifindex) ?? null;
	}

	get addresses(): Iterable<DeviceAddress> {
		return this.#addresses.values();
	}

	/** The entry of this address on this device. */
	find(ifindex: number, address: string): DeviceAddress | null {
		return this.#addresses.get(keyOf(ifindex, address)) ?? null;
	}

	#setDevice(device: Device | null): boolean {
		if (device === null) return false;
		const before = this.#devices.get(device.ifindex);
		this.#devices.set(device.ifindex, device);
		return before === undefined || !isSameDevice(before, device);
	}

	#removeDevice(device: Device | null): boolean {
		if (device === null) return false;
		for (const [key, { ifindex }] of this.#addresses) {
			if (ifindex === device.ifindex) this.#addresses.delete(key);
		}
		return this.#devices.delete(device.ifindex);
	}

	#takeAddress(address: DeviceAddress | null, added: boolean): boolean {
		if (address === null || parseAddress(address.address) === null) return false;
		const key = keyOf(address.ifindex, address.address);
		if (!added) return this.#addresses.delete(key);
		const before = this.#addresses.get(key);
		this.#addresses.set(key, address);
		// Routers renew lifetimes of IPv6 addresses all the time.
		return before?.usable !== address.usable || before.prefixLength !== address.prefixLength;
	}
}

function keyOf(ifindex: number, address: string): string {
	return `${ifindex} ${address}`;
}

function isSameDevice(a: Device, b: Device): boolean {
	return a.name === b.name && a.mtu === b.mtu && a.carrier === b.carrier && a.pointToPoint === b.pointToPoint;
}

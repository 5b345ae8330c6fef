import type { InterfaceConfig } from "./config.ts";
import type { DeviceState } from "./device.ts";
import { runBatch } from "./ip.ts";
import { readLease } from "./lease.ts";
import { buildSettings, diffSettings, type Settings } from "./settings.ts";

export type InterfaceAction = "ifup" | "ifdown" | "ifupdate";

/** What a change of settings touched, as netifd names it. */
export type Updated = "addresses" | "routes" | "prefixes";

/** One logical interface: waits for device, carrier and lease, and puts the settings on the device. */
export class Interface {
	readonly config: InterfaceConfig;
	/** What is on the device; null: the interface is down. */
	settings: Settings | null = null;
	/** Administratively: `ifup` and `ifdown`. */
	wanted: boolean;
	upSinceMs = 0;
	device: DeviceState | undefined;
	/** Of the last ifup or ifupdate. */
	updated: Updated[] = [];
	#settling: Promise<void> = Promise.resolve();
	readonly #onAction: (action: InterfaceAction, iface: Interface) => void;

	constructor(config: InterfaceConfig, onAction: (action: InterfaceAction, iface: Interface) => void) {
		this.config = config;
		this.wanted = config.auto;
		this.#onAction = onAction;
	}

	get up(): boolean {
		return this.settings !== null;
	}

	/** Waits for carrier or for the ISP's answer. */
	get pending(): boolean {
		return this.wanted && !this.up && this.device !== undefined;
	}

	/** Brings the interface to where config, device and lease want it. `force`: puts settings on the device again. */
	settle(force = false): Promise<void> {
		this.#settling = this.#settling.then(() => this.#settleNow(force));
		return this.#settling;
	}

	/** What it says of itself changes after the kernel did, as with netifd. */
	async #settleNow(force: boolean): Promise<void> {
		const { device, l3Device } = this.config;
		const before = this.settings;
		const next = this.#wantedSettings();
		const updated = changedParts(before, next);
		if (!before && !next) return;
		if (!force && before && next && updated.length === 0) return;
		const dials = l3Device !== device;
		if (l3Device)
			await runBatch([
				...(dials && next ? [`link set ${l3Device} up`] : []),
				...diffSettings(l3Device, force ? null : before, next),
				...(dials && !next ? [`link set ${l3Device} down`] : []),
			]);
		if (next && !before) this.upSinceMs = performance.now();
		this.settings = next;
		this.updated = updated;
		if (!next) this.#onAction("ifdown", this);
		else if (!before) this.#onAction("ifup", this);
		else if (updated.length > 0) this.#onAction("ifupdate", this);
	}

	#wantedSettings(): Settings | null {
		if (!this.wanted) return null;
		const { device, forceLink, proto } = this.config;
		if (!device) return proto === "none" || proto === "static" ? buildSettings(this.config, null) : null;
		if (!this.device || (!forceLink && !this.device.carrier)) return null;
		return buildSettings(this.config, readLease(device));
	}
}

function changedParts(before: Settings | null, after: Settings | null): Updated[] {
	const differ = (a: unknown, b: unknown) => JSON.stringify(a) !== JSON.stringify(b);
	const parts: Updated[] = [];
	if (differ(before?.addresses ?? [], after?.addresses ?? [])) parts.push("addresses");
	if (differ(before?.routes ?? [], after?.routes ?? [])) parts.push("routes");
	if (differ(before?.prefixes ?? [], after?.prefixes ?? [])) parts.push("prefixes");
	return parts;
}

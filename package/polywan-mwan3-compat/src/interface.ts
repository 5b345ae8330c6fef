import type { Model, Uplink } from "polywan-core/config/model";
import type { Family } from "polywan-core/family";
import { isEligible } from "polywan-core/health/state";
import type { FamilyStatus, Status, UplinkStatus } from "polywan-core/status";

/** What netifd says of one of its interfaces. */
export interface NetifdInterface {
	readonly name: string;
	readonly up: boolean;
	/** Since it came up, in s. */
	readonly uptimeS: number;
	readonly device: string;
}

export type Tracking = "active" | "paused" | "down" | "disabled";

/** One interface as mwan3 has them: one netifd interface, one IP version. */
export interface Interface {
	readonly name: string;
	readonly uplink: string;
	readonly family: Family;
	readonly enabled: boolean;
	/** mwan3track's words. */
	readonly status: "online" | "offline" | "disabled" | "unknown";
	readonly tracking: Tracking;
	/** Address and route are there. */
	readonly hasLink: boolean;
	/** Empty when there is none. */
	readonly device: string;
	readonly up: boolean;
	readonly uptimeS: number;
	/** Wall clock of the last change, ms since 1970. */
	readonly sinceMs: number;
	readonly lossPercent: number;
	readonly targets: FamilyStatus["targets"];
	/** Addresses that are probed. */
	readonly probed: readonly string[];
	readonly sourceAddress: string;
	readonly mark: string;
}

/** Everything the answers are made of. */
export interface Facts {
	readonly status: Status;
	readonly model: Model;
	readonly netifd: readonly NetifdInterface[];
}

/** mwan3's interfaces, in the order of the configuration. */
export function buildInterfaces({ status, model, netifd }: Facts): readonly Interface[] {
	return model.uplinks.flatMap((uplink) => {
		const state = status.uplinks.find(({ name }) => name === uplink.name);
		const taken = new Set<string>();
		return uplink.families.flatMap((family): Interface[] => {
			const own = (family === 4 ? state?.ipv4 : state?.ipv6) ?? null;
			const name = nameOf(uplink, family, own, netifd, taken);
			if (name === null) return [];
			taken.add(name);
			const found = netifd.find((entry) => entry.name === name) ?? null;
			return [buildInterface(name, uplink, family, state ?? null, own, found, model.globals.enabled)];
		});
	});
}

/** netifd's name of what carries the family; null where nothing does. */
function nameOf(
	{ interfaces, families }: Uplink,
	family: Family,
	own: FamilyStatus | null,
	netifd: readonly NetifdInterface[],
	taken: ReadonlySet<string>,
): string | null {
	if (own !== null && own.interface !== "" && !taken.has(own.interface)) return own.interface;
	const free = interfaces.filter((name) => !taken.has(name));
	const existing = free.find((name) => netifd.some((entry) => entry.name === name));
	if (existing !== undefined) return existing;
	return family === families[0] ? (free[0] ?? null) : null;
}

function buildInterface(
	name: string,
	uplink: Uplink,
	family: Family,
	state: UplinkStatus | null,
	own: FamilyStatus | null,
	found: NetifdInterface | null,
	isOn: boolean,
): Interface {
	const enabled = uplink.enabled && isOn;
	const device = own?.device ?? "";
	const hasLink = device !== "" && (own?.addresses.length ?? 0) > 0;
	return {
		name,
		uplink: uplink.name,
		family,
		enabled,
		status: statusOf(uplink, state, own, enabled),
		tracking: trackingOf(uplink, enabled, hasLink),
		hasLink,
		device: device || (found?.device ?? ""),
		up: found?.up ?? hasLink,
		uptimeS: found?.uptimeS ?? 0,
		sinceMs: own?.since_ms ?? 0,
		lossPercent: own?.loss_percent ?? 0,
		targets: own?.targets ?? [],
		probed: uplink.probing.enabled ? uplink.probing.targets[family] : [],
		sourceAddress: own?.addresses[0]?.replace(/\/.*/, "") ?? "",
		mark: state?.mark ?? "0x0",
	};
}

function statusOf(
	uplink: Uplink,
	state: UplinkStatus | null,
	own: FamilyStatus | null,
	enabled: boolean,
): Interface["status"] {
	if (!enabled || state === null) return "unknown";
	if (state.wanted === "down") return "disabled";
	return own !== null && isEligible(own.state, uplink.useDegraded) ? "online" : "offline";
}

function trackingOf({ probing }: Uplink, enabled: boolean, hasLink: boolean): Tracking {
	if (!probing.enabled) return "disabled";
	if (!enabled) return "down";
	return hasLink ? "active" : "paused";
}

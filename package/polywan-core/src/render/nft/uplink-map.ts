import type { Family } from "../../family.ts";
import { FAMILIES } from "../../family.ts";
import { MAX_UPLINKS } from "../../plan/ids.ts";
import type { Plan, PlanUplink } from "../../plan/plan.ts";
import { isSharedIn, sharedDevices } from "../../plan/shared-device.ts";
import { boundPrefixes } from "../../plan/translation.ts";
import { Remembered } from "../../remember.ts";
import { renderMark } from "../mark.ts";
import { leavingChain, owningChain, uplinkChain } from "./chain-name.ts";
import type { NftSet } from "./ruleset.ts";
import { arrivalChain } from "./shared-device.ts";
import { nfproto } from "./word.ts";

const knownMaps = new Remembered<readonly NftSet[]>();

/** What leads to the chains of uplinks: devices a packet came in by or leaves by, marks of connections, prefixes of sources. */
export function buildUplinkMaps(plan: Plan): readonly NftSet[] {
	const inputs = plan.uplinks.flatMap((uplink) => {
		const { id, mark, devices } = uplink;
		return [id, mark, devices[4], devices[6], uplink.shared, ...boundPrefixes(uplink)];
	});
	return knownMaps.get(inputs, () => composeMaps(plan));
}

function composeMaps(plan: Plan): readonly NftSet[] {
	// With a size, nf_tables takes a hash of that size, which is faster than one that grows.
	const byDevice = ["type nf_proto . ifname : verdict", `size ${2 * (MAX_UPLINKS + 1)}`];
	const restore = new Map(plan.uplinks.map(({ id, mark }) => [renderMark(mark), `goto ${uplinkChain(id)}`]));
	const prefixes = new Map<string, string>();
	for (const uplink of plan.uplinks) {
		for (const prefix of boundPrefixes(uplink)) prefixes.set(prefix, `goto ${uplinkChain(uplink.id)}`);
	}
	return [
		{
			kind: "map",
			name: "owner",
			definition: byDevice,
			elements: new Map([
				...deviceElements(plan, ({ id }) => owningChain(id)),
				...sharedDevices(plan).map(
					(shared) => [`ipv4 . "${shared.device}"`, `goto ${arrivalChain(shared)}`] as const,
				),
			]),
		},
		{
			kind: "map",
			name: "leaving",
			definition: byDevice,
			elements: deviceElements(plan, ({ id }) => leavingChain(id)),
		},
		{ kind: "map", name: "restore", definition: ["type mark : verdict"], elements: restore },
		{
			kind: "map",
			name: "prefixes",
			definition: ["type ipv6_addr : verdict", "flags interval"],
			elements: prefixes,
		},
	];
}

/** Per family and device of every uplink, an element that goes to `chain`. */
function deviceElements(
	plan: Plan,
	chain: (uplink: PlanUplink, family: Family) => string,
): ReadonlyMap<string, string> {
	const elements = new Map<string, string>();
	for (const uplink of plan.uplinks) {
		for (const family of FAMILIES) {
			const device = uplink.devices[family];
			if (device !== null && !isSharedIn(uplink, family))
				elements.set(`${nfproto(family)} . "${device}"`, `goto ${chain(uplink, family)}`);
		}
	}
	return elements;
}

import * as native from "polywan:interface";
import { checkResult } from "./error.ts";

/** A device's counters since it was made (rtnl_link_stats64 of linux/if_link.h). */
export interface InterfaceCounters {
	readonly rxPackets: number;
	readonly rxBytes: number;
	readonly txPackets: number;
	readonly txBytes: number;
}

/** The index of a network device in this network namespace. Throws SystemError ENODEV. */
export function interfaceIndex(name: string): number {
	return checkResult(native.index(name), "SIOCGIFINDEX", () => `look up the device ${name}`);
}

/** One RTM_GETLINK. Throws SystemError ENODEV. */
export function readCounters(name: string): InterfaceCounters {
	return checkResult(native.readCounters(name), "RTM_GETLINK", () => `read the counters of ${name}`);
}

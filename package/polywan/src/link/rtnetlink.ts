import type { LinkAddress } from "polywan-core/link";
import { readAddress } from "../netlink/address.ts";
import { hostIsLittleEndian, parseAttributes, readHost32 } from "../netlink/message.ts";

// struct ifinfomsg, ifaddrmsg, ndmsg and their attributes: include/uapi/linux/{rtnetlink,if_link,if_addr,neighbour}.h.

export const RTM_NEWLINK = 16;
export const RTM_DELLINK = 17;
export const RTM_GETLINK = 18;
export const RTM_NEWADDR = 20;
export const RTM_DELADDR = 21;
export const RTM_GETADDR = 22;
export const RTM_NEWNEIGH = 28;
export const RTM_DELNEIGH = 29;

/** RTMGRP_LINK | RTMGRP_NEIGH | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR */
export const LINK_GROUPS = 0x1 | 0x4 | 0x10 | 0x100;

const LINK_HEADER_BYTES = 16;
const IFLA_IFNAME = 3;
const IFLA_MTU = 4;
const IFF_UP = 0x1;
const IFF_POINTOPOINT = 0x10;
const IFF_RUNNING = 0x40;
const IFF_NOARP = 0x80;
const IFF_LOWER_UP = 0x10000;
const CARRIER_FLAGS = IFF_UP | IFF_RUNNING | IFF_LOWER_UP;

const ADDRESS_HEADER_BYTES = 8;
const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
const IFA_FLAGS = 8;
const IFA_F_DADFAILED = 0x08;
const IFA_F_TENTATIVE = 0x40;
const RT_SCOPE_UNIVERSE = 0;
const RT_SCOPE_SITE = 200;

const NEIGHBOUR_HEADER_BYTES = 12;
const NDA_DST = 1;
const NUD_FAILED = 0x20;

/** A network device of the kernel. */
export interface Device {
	readonly ifindex: number;
	readonly name: string;
	readonly mtu: number;
	/** Up, and with a cable or what stands for it. */
	readonly carrier: boolean;
	/** It needs no gateway: point-to-point, or without neighbour resolution. */
	readonly pointToPoint: boolean;
}

export interface DeviceAddress extends LinkAddress {
	readonly ifindex: number;
	/** False while duplicate address detection runs or after it has failed: it cannot be a source. */
	readonly usable: boolean;
	/** Not link-local nor host-local. */
	readonly global: boolean;
}

/** RTM_NEWLINK and RTM_DELLINK; null for what is not about a device as such (bridge ports) or is malformed. */
export function parseDevice(payload: Uint8Array): Device | null {
	// Other families than AF_UNSPEC tell about a role of the device, e.g. its leaving a bridge.
	if (payload.length < LINK_HEADER_BYTES || payload[0] !== 0) return null;
	const attributes = parseAttributes(payload.subarray(LINK_HEADER_BYTES));
	const name = parseName(attributes.get(IFLA_IFNAME));
	const ifindex = readHost32(payload.subarray(4)) ?? 0;
	const flags = readHost32(payload.subarray(8)) ?? 0;
	if (name === "" || ifindex === 0) return null;
	return {
		ifindex,
		name,
		mtu: readHost32(attributes.get(IFLA_MTU)) ?? 1500,
		carrier: (flags & CARRIER_FLAGS) === CARRIER_FLAGS,
		pointToPoint: (flags & (IFF_POINTOPOINT | IFF_NOARP)) !== 0,
	};
}

/** RTM_NEWADDR and RTM_DELADDR; null when malformed. */
export function parseDeviceAddress(payload: Uint8Array): DeviceAddress | null {
	if (payload.length < ADDRESS_HEADER_BYTES) return null;
	const attributes = parseAttributes(payload.subarray(ADDRESS_HEADER_BYTES));
	// On a point-to-point device IFA_ADDRESS is the other end.
	const address = readAddress(attributes.get(IFA_LOCAL) ?? attributes.get(IFA_ADDRESS) ?? EMPTY);
	const ifindex = readHost32(payload.subarray(4)) ?? 0;
	const flags = readHost32(attributes.get(IFA_FLAGS)) ?? payload[2] ?? 0;
	const scope = payload[3];
	if (address === null || ifindex === 0) return null;
	return {
		ifindex,
		address,
		prefixLength: payload[1] ?? 0,
		usable: (flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) === 0,
		global: scope === RT_SCOPE_UNIVERSE || scope === RT_SCOPE_SITE,
	};
}

/** RTM_NEWNEIGH of a neighbour that does not answer; null for all others. */
export function parseFailedNeighbour(payload: Uint8Array): { ifindex: number; address: string } | null {
	if (payload.length < NEIGHBOUR_HEADER_BYTES) return null;
	const state = payload[hostIsLittleEndian ? 8 : 9] ?? 0;
	if ((state & NUD_FAILED) === 0) return null;
	const attributes = parseAttributes(payload.subarray(NEIGHBOUR_HEADER_BYTES));
	const address = readAddress(attributes.get(NDA_DST) ?? EMPTY);
	return address === null ? null : { ifindex: readHost32(payload.subarray(4)) ?? 0, address };
}

/** Payload of RTM_GETLINK and RTM_GETADDR as dumps of everything. */
export function buildLinkDump(): Uint8Array {
	return new Uint8Array(LINK_HEADER_BYTES);
}

export function buildAddressDump(): Uint8Array {
	return new Uint8Array(ADDRESS_HEADER_BYTES);
}

const EMPTY = new Uint8Array(0);

function parseName(data: Uint8Array | undefined): string {
	if (data === undefined) return "";
	const end = data.indexOf(0);
	return String.fromCharCode(...data.subarray(0, Math.min(16, end < 0 ? data.length : end)));
}

import type { Family } from "polywan-core/family";
import type { PlanNexthop, PlanRoute } from "polywan-core/plan/plan";
import { addressBytes, readAddress } from "./address.ts";
import { buildAttribute, host32, hostIsLittleEndian, parseAttributes, readHost32 } from "./message.ts";

// struct rtmsg and its attributes: include/uapi/linux/rtnetlink.h.

/** RTM_GETROUTE */
export const GET_ROUTE = 26;

const HEADER_BYTES = 12;
const NEXTHOP_HEADER_BYTES = 8;
const RTA_DST = 1;
const RTA_OIF = 4;
const RTA_GATEWAY = 5;
const RTA_PRIORITY = 6;
const RTA_PREFSRC = 7;
const RTA_MULTIPATH = 9;
const RTA_TABLE = 15;
const RTN_UNICAST = 1;
const RTN_UNREACHABLE = 7;
const RTNH_F_ONLINK = 4;
/** The table is in RTA_TABLE alone. */
const RT_TABLE_COMPAT = 252;

/** A route and the table it is in. */
export interface KernelRoute {
	readonly family: Family;
	readonly table: number;
	readonly route: PlanRoute;
}

/** Payload of GET_ROUTE as a dump of one table, or of all; the table is a filter only on a socket with strict checking. */
export function buildRouteDump(family: Family, table: number | null): Uint8Array {
	const attribute = table === null ? new Uint8Array(0) : buildAttribute(RTA_TABLE, host32(table));
	const payload = new Uint8Array(HEADER_BYTES + attribute.length);
	payload[0] = family === 4 ? 2 : 10;
	if (table !== null) payload[4] = table > 255 ? RT_TABLE_COMPAT : table;
	payload.set(attribute, HEADER_BYTES);
	return payload;
}

/** Table of the route in `payload`, cheaper than the whole. */
export function parseRouteTable(payload: Uint8Array): number {
	if (payload[4] !== RT_TABLE_COMPAT || payload.length < HEADER_BYTES) return payload[4] ?? 0;
	return readHost32(parseAttributes(payload.subarray(HEADER_BYTES)).get(RTA_TABLE)) ?? RT_TABLE_COMPAT;
}

/** One route of a dump; null when it is of a kind no plan contains. `deviceName` gives an interface's name. */
export function parseRoute(
	family: Family,
	payload: Uint8Array,
	deviceName: (ifindex: number) => string,
): KernelRoute | null {
	if (payload.length < HEADER_BYTES) return null;
	const attributes = parseAttributes(payload.subarray(HEADER_BYTES));
	const destination = parseDestination(family, payload[1] ?? 0, attributes.get(RTA_DST));
	const metric = readHost32(attributes.get(RTA_PRIORITY)) ?? 0;
	const table = readHost32(attributes.get(RTA_TABLE)) ?? payload[4] ?? 0;
	if (payload[7] === RTN_UNREACHABLE)
		return { family, table, route: { kind: "unreachable", destination, metric } };
	if (payload[7] !== RTN_UNICAST) return null;
	const preferred = attributes.get(RTA_PREFSRC);
	const source = preferred === undefined ? null : readAddress(preferred);
	const nexthops = parseNexthops(payload, attributes, deviceName);
	return { family, table, route: { kind: "unicast", destination, nexthops, metric, source } };
}

function parseDestination(family: Family, prefixLength: number, address: Uint8Array | undefined): string {
	return `${readAddress(address ?? new Uint8Array(addressBytes(family)))}/${prefixLength}`;
}

function parseNexthops(
	payload: Uint8Array,
	attributes: Map<number, Uint8Array>,
	deviceName: (ifindex: number) => string,
): PlanNexthop[] {
	const several = attributes.get(RTA_MULTIPATH);
	if (several !== undefined) return parseMultipath(several, deviceName);
	const device = readHost32(attributes.get(RTA_OIF));
	const flags = new DataView(payload.buffer, payload.byteOffset).getUint32(8, hostIsLittleEndian);
	if (device === null) return [];
	return [buildNexthop(deviceName(device), attributes.get(RTA_GATEWAY), flags, 1)];
}

/** A list of struct rtnexthop: length, flags, hops (weight - 1), interface; then attributes. */
function parseMultipath(data: Uint8Array, deviceName: (ifindex: number) => string): PlanNexthop[] {
	const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
	const nexthops: PlanNexthop[] = [];
	for (let at = 0; at + NEXTHOP_HEADER_BYTES <= data.length; ) {
		const length = view.getUint16(at, hostIsLittleEndian);
		if (length < NEXTHOP_HEADER_BYTES || at + length > data.length) break;
		const device = deviceName(view.getUint32(at + 4, hostIsLittleEndian));
		const gateway = parseAttributes(data.subarray(at + NEXTHOP_HEADER_BYTES, at + length)).get(RTA_GATEWAY);
		nexthops.push(buildNexthop(device, gateway, view.getUint8(at + 2), view.getUint8(at + 3) + 1));
		at += (length + 3) & ~3;
	}
	return nexthops;
}

function buildNexthop(
	device: string,
	gateway: Uint8Array | undefined,
	flags: number,
	weight: number,
): PlanNexthop {
	return {
		device,
		gateway: gateway === undefined ? null : readAddress(gateway),
		onlink: (flags & RTNH_F_ONLINK) !== 0,
		weight,
	};
}

import type { Family } from "polywan-core/family";
import type { PlanNexthop, PlanRoute } from "polywan-core/plan/plan";
import { addressBytes, readAddress } from "./address.ts";
import {
	buildAttribute,
	eachAttribute,
	host32,
	hostIsLittleEndian,
	parseAttributes,
	viewOf,
} from "./message.ts";

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
	let table = payload[4] ?? 0;
	if (table !== RT_TABLE_COMPAT || payload.length < HEADER_BYTES) return table;
	const view = viewOf(payload);
	eachAttribute(view, HEADER_BYTES, (type, at) => {
		if (type === RTA_TABLE) table = view.getUint32(at, hostIsLittleEndian);
	});
	return table;
}

/** One route of a dump; null when it is of a kind no plan contains. `deviceName` gives an interface's name. */
export function parseRoute(
	family: Family,
	payload: Uint8Array,
	deviceName: (ifindex: number) => string,
): KernelRoute | null {
	const isUnreachable = payload[7] === RTN_UNREACHABLE;
	if (payload.length < HEADER_BYTES || (payload[7] !== RTN_UNICAST && !isUnreachable)) return null;
	const view = viewOf(payload);
	const number = (at: number): number => view.getUint32(at, hostIsLittleEndian);
	let [metric, table, device] = [0, payload[4] ?? 0, 0];
	let [address, gateway, preferred, several]: (Uint8Array | undefined)[] = [];
	eachAttribute(view, HEADER_BYTES, (type, at, end) => {
		if (type === RTA_PRIORITY) metric = number(at);
		else if (type === RTA_TABLE) table = number(at);
		else if (type === RTA_OIF) device = number(at);
		else if (type === RTA_DST) address = payload.subarray(at, end);
		else if (type === RTA_GATEWAY) gateway = payload.subarray(at, end);
		else if (type === RTA_PREFSRC) preferred = payload.subarray(at, end);
		else if (type === RTA_MULTIPATH) several = payload.subarray(at, end);
	});
	const destination = parseDestination(family, payload[1] ?? 0, address);
	if (isUnreachable) return { family, table, route: { kind: "unreachable", destination, metric } };
	const source = preferred === undefined ? null : readAddress(preferred);
	const single = device === 0 ? [] : [buildNexthop(deviceName(device), gateway, number(8), 1)];
	const nexthops = several === undefined ? single : parseMultipath(several, deviceName);
	return { family, table, route: { kind: "unicast", destination, nexthops, metric, source } };
}

const EVERYTHING = { 4: "0.0.0.0/0", 6: "::/0" } as const;

function parseDestination(family: Family, prefixLength: number, address: Uint8Array | undefined): string {
	if (address === undefined && prefixLength === 0) return EVERYTHING[family];
	return `${readAddress(address ?? new Uint8Array(addressBytes(family)))}/${prefixLength}`;
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

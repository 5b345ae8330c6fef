import { type Network, parseNetwork } from "polywan-core/address";
import { PROTOCOLS } from "polywan-core/config/datatype";
import type { Family } from "polywan-core/family";
import type { ConntrackOrder } from "polywan-runtime/conntrack";
import type { BlobTable, BlobValue } from "ubus-js/codec";
import { hostIsLittleEndian } from "../netlink/message.ts";

const FILTER_BYTES = 48;
const DEFAULT_LIMIT = 50;
/** An answer must stay below ubus's message size. */
export const MOST_ROWS = 1000;
const LARGEST_OFFSET = 1_000_000;
const ORDERS: readonly ConntrackOrder[] = ["bytes", "packets", "age"];

/** Which connections are meant; null and 0: any. */
export interface Criteria {
	readonly mark: { readonly value: number; readonly mask: number } | null;
	readonly family: Family | null;
	readonly protocol: number;
	readonly source: Network | null;
	readonly destination: Network | null;
	readonly sourcePort: number;
	readonly destinationPort: number;
}

/** Which part of them, in which order. */
export interface Paging {
	readonly order: ConntrackOrder;
	readonly reverse: boolean;
	readonly offset: number;
	readonly limit: number;
	/** A bit of the mark that tells one uplink's connections from another's. */
	readonly splitMask?: number;
}

/** What tells the uplinks' connections apart. */
export interface Marks {
	readonly uplinks: readonly { readonly name: string; readonly mark: number }[];
	readonly markMask: number;
}

/** A criterion that means nothing; the message says which. */
export class SelectionError extends Error {}

/** Names of what `parseCriteria` reads. */
export const CRITERIA = [
	"uplink",
	"family",
	"protocol",
	"source",
	"source_port",
	"destination",
	"destination_port",
] as const;

/** Throws SelectionError. */
export function parseCriteria(args: BlobTable, marks: Marks): Criteria {
	const source = parseNetworkOf("source", args.source);
	const destination = parseNetworkOf("destination", args.destination);
	const families = [parseFamily(args.family), source?.family, destination?.family].filter(
		(family) => family !== undefined,
	);
	if (new Set(families).size > 1) throw new SelectionError("IPv4 and IPv6 cannot both be meant");
	return {
		mark: parseUplink(args.uplink, marks),
		family: families[0] ?? null,
		protocol: parseProtocol(args.protocol),
		source,
		destination,
		sourcePort: parsePort("source_port", args.source_port),
		destinationPort: parsePort("destination_port", args.destination_port),
	};
}

/** Throws SelectionError. */
export function parsePaging(args: BlobTable): Paging {
	const order = args.sort === undefined ? ORDERS[0] : ORDERS.find((name) => name === args.sort);
	if (order === undefined) throw new SelectionError(`sort must be one of ${ORDERS.join(", ")}`);
	return {
		order,
		reverse: args.reverse === true,
		offset: parseNumber("offset", args.offset, LARGEST_OFFSET, 0),
		limit: parseNumber("limit", args.limit, MOST_ROWS, DEFAULT_LIMIT),
	};
}

/** struct filter of conntrack.h. */
export function buildFilter(criteria: Criteria): Uint8Array {
	const bytes = new Uint8Array(FILTER_BYTES);
	const view = new DataView(bytes.buffer);
	const { source, destination, mark } = criteria;
	bytes.set([
		criteria.family ?? 0,
		criteria.protocol,
		source?.prefixLength ?? 0,
		destination?.prefixLength ?? 0,
	]);
	view.setUint16(4, criteria.sourcePort, hostIsLittleEndian);
	view.setUint16(6, criteria.destinationPort, hostIsLittleEndian);
	view.setUint32(8, mark?.value ?? 0, hostIsLittleEndian);
	view.setUint32(12, mark?.mask ?? 0, hostIsLittleEndian);
	if (source !== null) bytes.set(source.bytes, 16);
	if (destination !== null) bytes.set(destination.bytes, 32);
	return bytes;
}

function parseUplink(value: BlobValue | undefined, marks: Marks): Criteria["mark"] {
	if (value === undefined) return null;
	const uplink = marks.uplinks.find(({ name }) => name === value);
	if (uplink === undefined) throw new SelectionError(`there is no uplink '${String(value)}'`);
	return { value: uplink.mark, mask: marks.markMask };
}

function parseFamily(value: BlobValue | undefined): Family | undefined {
	if (value === undefined) return undefined;
	if (value === "ipv4") return 4;
	if (value === "ipv6") return 6;
	throw new SelectionError("family must be ipv4 or ipv6");
}

function parseProtocol(value: BlobValue | undefined): number {
	if (value === undefined) return 0;
	const number = PROTOCOLS.get(String(value).toLowerCase()) ?? Number(value);
	if (Number.isInteger(number) && number > 0 && number < 256) return number;
	throw new SelectionError(`'${String(value)}' is no protocol`);
}

function parseNetworkOf(name: string, value: BlobValue | undefined): Network | null {
	if (value === undefined) return null;
	const network = typeof value === "string" ? parseNetwork(value) : null;
	if (network === null) throw new SelectionError(`${name} must be an address or a network`);
	return network;
}

/** 0, which stands for every port, only where none is given: who writes it means something else. */
function parsePort(name: string, value: BlobValue | undefined): number {
	if (value === undefined) return 0;
	const port = Number(value);
	if (Number.isInteger(port) && port > 0 && port <= 65_535) return port;
	throw new SelectionError(`${name} must be a port from 1 to 65535`);
}

function parseNumber(name: string, value: BlobValue | undefined, largest: number, otherwise: number): number {
	if (value === undefined) return otherwise;
	const number = Number(value);
	if (Number.isInteger(number) && number >= 0 && number <= largest) return number;
	throw new SelectionError(`${name} must be a whole number up to ${largest}`);
}

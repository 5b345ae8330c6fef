import { parseAddress } from "polywan-core/address";
import type { Plan } from "polywan-core/plan/plan";
import type { TcpTuple } from "polywan-core/render/resets";
import { Socket } from "polywan-runtime/socket";
import { deleteConnections } from "../apply/connections.ts";
import { CT_DELETE } from "../apply/conntrack.ts";
import { NETLINK_NETFILTER } from "../netlink/kernel-socket.ts";
import { buildAttribute, buildMessage, buildNested, concatenate, NLM_F_REQUEST } from "../netlink/message.ts";
import { listEnds } from "./ends.ts";
import { readRows } from "./read-rows.ts";
import { parseRows, ROW_BYTES, type Row } from "./row.ts";
import type { Criteria } from "./selection.ts";
import { wakeEnds } from "./wake-ends.ts";

// include/uapi/linux/netfilter/nfnetlink_conntrack.h
const CTA_TUPLE_ORIG = 1;
const CTA_TUPLE_IP = 1;
const CTA_TUPLE_PROTO = 2;
const ADDRESSES = { 4: [1, 2], 6: [3, 4] } as const;
const CTA_PROTO_NUM = 1;
/** Of the other protocols: source and destination port. */
const PORTS: readonly [number, number] = [2, 3];
/** Identifier, type and code. */
const ICMP_PARTS: Readonly<Record<number, readonly [number, number, number]>> = {
	1: [4, 5, 6],
	58: [7, 8, 9],
};
const AF_INET = 2;
const AF_INET6 = 10;

const MOST_ROWS = 100_000;
/** Of those that go without being told one by one: the busiest, among which those to reset are looked for. */
const LOOKED_AT = 4096;
/** Messages of one send. */
const BATCH = 64;

/** Where a killed connection's packets are made to meet a reset. Rejects with ToolError. */
export type Reset = (tuples: readonly TcpTuple[]) => Promise<void>;

/**
 * Ends the connections meant: connection tracking forgets them, and both ends of established TCP ones are reset, where the
 * option of globals allows it. Gives how many. Rejects with SystemError, NetlinkError or ToolError.
 */
export async function killConnections(criteria: Criteria, plan: Plan | null, reset: Reset): Promise<number> {
	const isWhole = isWholeMark(criteria);
	const limit = isWhole ? LOOKED_AT : MOST_ROWS;
	const { total, rows } = await readRows(criteria, { order: "bytes", reverse: false, offset: 0, limit });
	const ends = plan === null ? [] : listEnds(rows, plan);
	if (ends.length > 0) await reset(ends.map(({ sends }) => sends));
	if (isWhole && criteria.mark !== null && criteria.family !== null)
		await deleteConnections(criteria.family, { mark: criteria.mark.value, mask: criteria.mark.mask });
	else await deleteRows(rows);
	if (plan !== null) await wakeEnds(ends, plan.notrackMark);
	return isWhole ? total : rows.length / ROW_BYTES;
}

function isWholeMark(criteria: Criteria): boolean {
	const { source, destination, protocol, sourcePort, destinationPort, mark, family } = criteria;
	if (mark === null || family === null) return false;
	return source === null && destination === null && protocol + sourcePort + destinationPort === 0;
}

/** In pieces, between which the rest of the program has its turn. */
async function deleteRows(rows: Uint8Array): Promise<void> {
	const socket = Socket.open("netlink", "raw", NETLINK_NETFILTER);
	try {
		socket.bind({ family: "netlink", pid: 0, groups: 0 });
		for (let at = 0; at < rows.length; at += BATCH * ROW_BYTES) {
			const messages = parseRows(rows.subarray(at, at + BATCH * ROW_BYTES)).map(buildDelete);
			// One that has ended by itself meanwhile is refused, which is as good.
			socket.send(concatenate(messages), { family: "netlink", pid: 0, groups: 0 });
			drain(socket);
			await new Promise<void>((resolve) => setTimeout(resolve, 0));
		}
	} finally {
		socket.close();
	}
}

function drain(socket: Socket): void {
	const buffer = new Uint8Array(4096);
	while (socket.receive(buffer) !== null);
}

function buildDelete(row: Row): Uint8Array {
	const [source, destination] = ADDRESSES[row.family];
	const addresses = buildNested(CTA_TUPLE_IP, [
		buildAttribute(source, addressOf(row.source)),
		buildAttribute(destination, addressOf(row.destination)),
	]);
	const protocol = [buildAttribute(CTA_PROTO_NUM, Uint8Array.of(row.protocol)), ...portsOf(row)];
	const header = Uint8Array.of(row.family === 4 ? AF_INET : AF_INET6, 0, 0, 0);
	const tuple = buildNested(CTA_TUPLE_ORIG, [addresses, buildNested(CTA_TUPLE_PROTO, protocol)]);
	return buildMessage({
		type: CT_DELETE,
		flags: NLM_F_REQUEST,
		sequence: 1,
		payload: concatenate([header, tuple]),
	});
}

function portsOf({ protocol, sourcePort, destinationPort }: Row): Uint8Array[] {
	const icmp = ICMP_PARTS[protocol];
	if (icmp === undefined) {
		const [source, destination] = PORTS;
		return [buildAttribute(source, word(sourcePort)), buildAttribute(destination, word(destinationPort))];
	}
	const [identifier, type, code] = icmp;
	return [
		buildAttribute(identifier, word(sourcePort)),
		buildAttribute(type, Uint8Array.of(destinationPort >> 8)),
		buildAttribute(code, Uint8Array.of(destinationPort)),
	];
}

function word(value: number): Uint8Array {
	return Uint8Array.of(value >> 8, value);
}

function addressOf(text: string): Uint8Array {
	return Uint8Array.from(parseAddress(text)?.bytes ?? []);
}

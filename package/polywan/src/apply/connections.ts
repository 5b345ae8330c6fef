import type { Family } from "polywan-core/family";
import type { TcpTuple } from "polywan-core/render/resets";
import { internetChecksum } from "polywan-runtime/checksum";
import { Socket } from "polywan-runtime/socket";
import { NETLINK_NETFILTER } from "../netlink/kernel-socket.ts";
import { dump, request } from "../netlink/request.ts";
import {
	buildDeleteRequest,
	buildDumpRequest,
	CT_DELETE,
	CT_GET,
	type MarkFilter,
	parseEstablished,
} from "./conntrack.ts";
import { buildWakeSegment } from "./wake-segment.ts";

const IPPROTO_RAW = 255;

/** The established TCP connections of `family` with that mark, at most `limit`. Rejects when conntrack cannot be read. */
export async function readEstablished(
	family: Family,
	filter: MarkFilter,
	limit: number,
): Promise<TcpTuple[]> {
	const tuples: TcpTuple[] = [];
	const attempt = `read IPv${family} connections`;
	await dump(NETLINK_NETFILTER, CT_GET, buildDumpRequest(family, filter), attempt, (payload) => {
		if (tuples.length >= limit) return;
		const tuple = parseEstablished(payload, filter);
		if (tuple) tuples.push(tuple);
	});
	return tuples;
}

/** Deletes every conntrack entry of `family` with that mark, in one request. */
export async function deleteConnections(family: Family, filter: MarkFilter): Promise<void> {
	const attempt = `delete IPv${family} connections`;
	await request(NETLINK_NETFILTER, CT_DELETE, buildDeleteRequest(family, filter), attempt);
}

/**
 * Makes the openers of `tuples` say something, so that they meet the reset. `mark` keeps the segments out of connection
 * tracking and on the way to the LAN, or out of `device`. One that cannot be sent is left to reset itself when it next sends.
 */
export function sendWakeSegments(
	tuples: readonly TcpTuple[],
	mark: number,
	device: string | null = null,
): void {
	for (const family of [4, 6] as const) {
		const ours = tuples.filter((tuple) => tuple.family === family);
		if (ours.length === 0) continue;
		const socket = openSender(family, mark);
		try {
			if (device !== null) socket.setOption("bindToDevice", device);
			for (const tuple of ours) sendWakeSegment(socket, tuple);
		} catch {
			// The device is gone, and what it led to with it.
		} finally {
			socket.close();
		}
	}
}

function openSender(family: Family, mark: number): Socket {
	// IPPROTO_RAW means that the header is included, in both families.
	const socket = Socket.open(family === 4 ? "inet" : "inet6", "raw", IPPROTO_RAW);
	socket.setOption("mark", mark);
	return socket;
}

function sendWakeSegment(socket: Socket, tuple: TcpTuple): void {
	const segment = buildWakeSegment(tuple, internetChecksum);
	if (segment === null) return;
	const address = tuple.source;
	try {
		socket.send(segment, { family: tuple.family === 4 ? "inet" : "inet6", address, port: 0 });
	} catch {
		// Its network is gone; nothing to wake.
	}
}

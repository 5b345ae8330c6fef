import type { ConnectionPage, ConnectionStatus } from "polywan-core/status";
import type { RpcTable, UbusSession } from "ubus-js/browser";

/** What `connections` of the daemon is asked for; what is left out is any. */
export interface Criteria {
	readonly uplink?: string;
	readonly protocol?: string;
	readonly source?: string;
	readonly destination?: string;
}

export interface Order {
	readonly sort: "bytes" | "age";
	readonly reverse: boolean;
}

/** Most the daemon gives at once. */
const MOST_ROWS = 1000;

type Session = UbusSession<AbortSignal>;

/** Rejects with RpcError. */
export async function readPage(
	session: Session,
	criteria: Criteria,
	order: Order,
	offset: number,
	limit: number,
): Promise<ConnectionPage> {
	const args = { ...criteria, ...order, offset, limit } satisfies RpcTable;
	return (await session.call("polywan", "connections", args)) as unknown as ConnectionPage;
}

/** The first of all that match, as many as `most`. Rejects with RpcError. */
export async function readFirst(
	session: Session,
	criteria: Criteria,
	order: Order,
	most: number,
): Promise<ConnectionPage> {
	const first = await readPage(session, criteria, order, 0, Math.min(most, MOST_ROWS));
	const connections = [...first.connections];
	while (connections.length < Math.min(most, first.total)) {
		const limit = Math.min(MOST_ROWS, most - connections.length);
		const next = await readPage(session, criteria, order, connections.length, limit);
		if (next.connections.length === 0) break;
		connections.push(...next.connections);
	}
	return { ...first, connections };
}

/** What means this connection alone. */
export function criteriaOf(connection: ConnectionStatus): RpcTable {
	const { family, protocol, source, destination } = connection;
	const { source_port: sourcePort, destination_port: destinationPort } = connection;
	return {
		family,
		protocol,
		source,
		destination,
		...(sourcePort > 0 && { source_port: sourcePort }),
		...(destinationPort > 0 && { destination_port: destinationPort }),
	};
}

/** "192.0.2.1:443", "[2001:db8::1]:443", and without a port where the protocol has none. */
export function renderEnd(address: string, port: number): string {
	if (port === 0) return address;
	return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Whether one of what is shown of a connection contains `wanted`, which is in lower case. */
export function mentions(connection: ConnectionStatus, wanted: string): boolean {
	const { protocol, source, source_port, destination, destination_port, uplink, rule, state } = connection;
	const shown = [
		protocol,
		renderEnd(source, source_port),
		renderEnd(destination, destination_port),
		uplink ?? "",
		rule ?? "",
		state,
	];
	return shown.some((text) => text.toLowerCase().includes(wanted));
}

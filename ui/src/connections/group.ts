import type { ConnectionStatus } from "polywan-core/status";
import { appOf } from "./app.ts";

export type Grouping = "none" | "uplink" | "host" | "rule" | "app";

/** Connections that have something in common. */
export interface Group {
	/** Empty: what the others have is not known of these. */
	readonly name: string;
	/** Tells groups apart. */
	readonly key: string;
	/** As many as there are, of which `connections` are those with the most data. */
	readonly count: number;
	/** Of those, both ways. */
	readonly bytes: number;
	readonly connections: readonly ConnectionStatus[];
}

/** A line of the table: a group, or a connection on its own or within an open group. */
export type Item =
	| { readonly kind: "group"; readonly group: Group; readonly open: boolean }
	| { readonly kind: "connection"; readonly connection: ConnectionStatus; readonly inner: boolean };

/** Most data first. */
export function groupConnections(
	connections: readonly ConnectionStatus[],
	by: Exclude<Grouping, "none">,
): Group[] {
	const groups = new Map<
		string,
		{ name: string; key: string; bytes: number; connections: ConnectionStatus[] }
	>();
	for (const connection of connections) {
		const name = nameOf(connection, by);
		const key = name === "" ? `:${connection.protocol}` : name;
		const group = groups.get(by === "app" ? key : name) ?? { name, key, bytes: 0, connections: [] };
		groups.set(by === "app" ? key : name, group);
		group.bytes += connection.sent_bytes + connection.received_bytes;
		group.connections.push(connection);
	}
	return [...groups.values()]
		.map((group) => ({ ...group, count: group.connections.length }))
		.sort((a, b) => b.bytes - a.bytes || b.count - a.count);
}

/** Groups one below the other, with what is in those that are open. */
export function listItems(groups: readonly Group[], open: ReadonlySet<string>): Item[] {
	return groups.flatMap((group) => {
		const isOpen = open.has(group.key);
		const inside: Item[] = isOpen
			? group.connections.map((connection) => ({ kind: "connection", connection, inner: true }))
			: [];
		return [{ kind: "group", group, open: isOpen } as const, ...inside];
	});
}

function nameOf(connection: ConnectionStatus, by: Exclude<Grouping, "none">): string {
	if (by === "host") return connection.source;
	if (by === "uplink") return connection.uplink ?? "";
	return (by === "rule" ? connection.rule : appOf(connection)) ?? "";
}

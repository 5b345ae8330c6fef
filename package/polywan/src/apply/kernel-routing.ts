import { FAMILIES, type Family } from "polywan-core/family";
import type { PlanIpRule, PlanTable } from "polywan-core/plan/plan";
import { interfaceIndex } from "polywan-runtime/interface";
import { Conversation } from "../netlink/conversation.ts";
import { buildRuleDump, GET_RULE, parseIpRule } from "../netlink/ip-rule.ts";
import { NETLINK_ROUTE, NetlinkError } from "../netlink/kernel-socket.ts";
import {
	buildRouteDump,
	GET_ROUTE,
	type KernelRoute,
	parseRoute,
	parseRouteTable,
} from "../netlink/route.ts";

const ENOENT = 2;

/** Reads rules and routes. Everything throws NetlinkError. */
export class RoutingReader {
	readonly #conversation = new Conversation(NETLINK_ROUTE);

	close(): void {
		this.#conversation.close();
	}

	/** The ip rules of both families with a priority from `from` to `to`. */
	readIpRules(from: number, to: number): PlanIpRule[] {
		return FAMILIES.flatMap((family) =>
			this.#conversation.list(GET_RULE, buildRuleDump(family), `read IPv${family} rules`, (payload) => {
				const rule = parseIpRule(family, payload);
				return rule !== null && rule.priority >= from && rule.priority <= to ? rule : null;
			}),
		);
	}

	/** What is in those routing tables now. `devices`: names to be told by their index. */
	readTables(
		tables: readonly Pick<PlanTable, "table" | "family">[],
		devices: readonly string[],
	): PlanTable[] {
		const nameOf = deviceNames(devices);
		return tables.map(({ table, family }) => {
			const routes = this.#readTable(family, table, nameOf);
			return { table, family, routes: routes.map(({ route }) => route) };
		});
	}

	/** Every table from `from` to `to` that has routes: reads all routes there are. */
	readTableRange(from: number, to: number): PlanTable[] {
		const tables = new Map<string, PlanTable>();
		for (const family of FAMILIES) {
			const routes = this.#conversation.list(
				GET_ROUTE,
				buildRouteDump(family, null),
				`read IPv${family} routes`,
				(payload) => {
					const table = parseRouteTable(payload);
					return table >= from && table <= to
						? parseRoute(family, payload, (ifindex) => `interface ${ifindex}`)
						: null;
				},
			);
			for (const { table, route } of routes) {
				const key = `${family} ${table}`;
				tables.set(key, { table, family, routes: [...(tables.get(key)?.routes ?? []), route] });
			}
		}
		return [...tables.values()];
	}

	#readTable(family: Family, table: number, nameOf: (ifindex: number) => string): readonly KernelRoute[] {
		try {
			return this.#conversation.list(
				GET_ROUTE,
				buildRouteDump(family, table),
				`read IPv${family} routes of table ${table}`,
				(payload) => (parseRouteTable(payload) === table ? parseRoute(family, payload, nameOf) : null),
			);
		} catch (error) {
			// The kernel makes a table with its first route.
			if (error instanceof NetlinkError && error.errno === -ENOENT) return [];
			throw error;
		}
	}
}

function deviceNames(devices: readonly string[]): (ifindex: number) => string {
	const names = new Map<number, string>();
	for (const device of devices) {
		try {
			names.set(interfaceIndex(device), device);
		} catch {
			// It went away; its routes went with it.
		}
	}
	return (ifindex) => names.get(ifindex) ?? `interface ${ifindex}`;
}

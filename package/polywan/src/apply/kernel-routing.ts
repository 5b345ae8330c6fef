import { FAMILIES, type Family } from "polywan-core/family";
import type { PlanIpRule, PlanTable } from "polywan-core/plan/plan";
import { interfaceIndex } from "polywan-runtime/interface";
import { buildRuleDump, GET_RULE, parseIpRule } from "../netlink/ip-rule.ts";
import { dump, NETLINK_ROUTE, NetlinkError } from "../netlink/request.ts";
import {
	buildRouteDump,
	GET_ROUTE,
	type KernelRoute,
	parseRoute,
	parseRouteTable,
} from "../netlink/route.ts";

/** How often a dump is asked for again when something changed meanwhile. */
const MOST_ATTEMPTS = 5;
const ENOENT = 2;

/** The ip rules of both families with a priority from `from` to `to`. Rejects with NetlinkError. */
export async function readIpRules(from: number, to: number): Promise<PlanIpRule[]> {
	const rules: PlanIpRule[] = [];
	for (const family of FAMILIES) {
		rules.push(
			...(await consistently(`read IPv${family} rules`, GET_RULE, buildRuleDump(family), (payload) => {
				const rule = parseIpRule(family, payload);
				return rule !== null && rule.priority >= from && rule.priority <= to ? rule : null;
			})),
		);
	}
	return rules;
}

/** What is in those routing tables now. `devices`: names to be told by their index. Rejects with NetlinkError. */
export async function readTables(
	tables: readonly Pick<PlanTable, "table" | "family">[],
	devices: readonly string[],
): Promise<PlanTable[]> {
	const nameOf = deviceNames(devices);
	const found: PlanTable[] = [];
	for (const { table, family } of tables) {
		const routes = await readTable(family, table, nameOf);
		found.push({ table, family, routes: routes.map(({ route }) => route) });
	}
	return found;
}

/** Every table from `from` to `to` that has routes: reads all routes there are. Rejects with NetlinkError. */
export async function readTableRange(from: number, to: number): Promise<PlanTable[]> {
	const tables = new Map<string, PlanTable>();
	for (const family of FAMILIES) {
		const routes = await consistently(
			`read IPv${family} routes`,
			GET_ROUTE,
			buildRouteDump(family, null),
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

async function readTable(
	family: Family,
	table: number,
	nameOf: (ifindex: number) => string,
): Promise<KernelRoute[]> {
	try {
		return await consistently(
			`read IPv${family} routes of table ${table}`,
			GET_ROUTE,
			buildRouteDump(family, table),
			(payload) => (parseRouteTable(payload) === table ? parseRoute(family, payload, nameOf) : null),
		);
	} catch (error) {
		// The kernel makes a table with its first route.
		if (error instanceof NetlinkError && error.errno === -ENOENT) return [];
		throw error;
	}
}

/** A dump that nothing disturbed. */
async function consistently<T>(
	attempt: string,
	type: number,
	request: Uint8Array,
	parse: (payload: Uint8Array) => T | null,
): Promise<T[]> {
	for (let count = 1; ; count++) {
		const found: T[] = [];
		const undisturbed = await dump(NETLINK_ROUTE, type, request, attempt, (payload) => {
			const value = parse(payload);
			if (value !== null) found.push(value);
		});
		if (undisturbed || count >= MOST_ATTEMPTS) return found;
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

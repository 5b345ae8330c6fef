import { parseNetwork, renderNetwork } from "polywan-core/address";
import type { Family } from "polywan-core/family";
import type { PlanIpRule, PlanNexthop, PlanRoute, PlanTable } from "polywan-core/plan/plan";

/** What the readers below take: `-N` gives numbers whatever /etc/iproute2 calls them. */
export function readRulesCommand(family: Family): readonly string[] {
	return ["ip", `-${family}`, "-N", "-j", "rule", "show"];
}

export function readRoutesCommand(family: Family): readonly string[] {
	return ["ip", `-${family}`, "-N", "-j", "route", "show", "table", "all"];
}

type Json = Readonly<Record<string, unknown>>;

/** Numbers and names of rule actions and route types (linux/fib_rules.h, linux/rtnetlink.h): both use the same ones. */
const UNREACHABLE = ["7", "unreachable"];
const BLACKHOLE = ["6", "blackhole"];

/** Rules of `ip -N -j rule show`; those that do what no plan contains are left out. Throws SyntaxError on other text. */
export function parseIpRules(text: string, family: Family): readonly PlanIpRule[] {
	return parseList(text).flatMap((entry): PlanIpRule[] => {
		const action = parseAction(entry);
		if (action === null) return [];
		const mask = entry.fwmask === undefined ? 0xffffffff : Number(entry.fwmask);
		const network = (key: "src" | "dst"): string | null => {
			const address = textOf(entry[key]);
			if (address === null || address === "all") return null;
			return parseDestination(`${address}${lengthOf(entry[`${key}len`])}`, family);
		};
		return [
			{
				family,
				priority: Number(entry.priority),
				fwmark: entry.fwmark === undefined ? null : { value: Number(entry.fwmark), mask },
				from: network("src"),
				to: network("dst"),
				incomingInterface: textOf(entry.iif),
				outgoingInterface: textOf(entry.oif),
				action,
			},
		];
	});
}

function parseAction(entry: Json): PlanIpRule["action"] | null {
	const action = textOf(entry.action);
	if (action !== null && UNREACHABLE.includes(action)) return { kind: "unreachable" };
	if (action !== null && BLACKHOLE.includes(action)) return { kind: "blackhole" };
	if (entry.nop !== undefined) return { kind: "nop" };
	if (entry.goto !== undefined) return { kind: "goto", priority: Number(entry.goto) };
	const table = parseTable(entry.table);
	if (action !== null || table === null) return null;
	const suppressed = entry.suppress_prefixlen;
	return {
		kind: "lookup",
		table,
		suppressPrefixLength: suppressed === undefined ? null : Number(suppressed),
	};
}

/** Tables of `ip -N -j route show table all`, without main and those routes no plan contains. Throws SyntaxError on other text. */
export function parseIpRoutes(text: string, family: Family): readonly PlanTable[] {
	const tables = new Map<number, PlanRoute[]>();
	for (const entry of parseList(text)) {
		const table = parseTable(entry.table);
		const route = parseRoute(entry, family);
		if (table === null || route === null) continue;
		const routes = tables.get(table) ?? [];
		routes.push(route);
		tables.set(table, routes);
	}
	return [...tables].sort(([a], [b]) => a - b).map(([table, routes]) => ({ table, family, routes }));
}

function parseRoute(entry: Json, family: Family): PlanRoute | null {
	const destination = parseDestination(textOf(entry.dst) ?? "default", family);
	const metric = Number(entry.metric ?? 0);
	const type = textOf(entry.type);
	if (type !== null && UNREACHABLE.includes(type)) return { kind: "unreachable", destination, metric };
	if (type !== null) return null;
	const several = Array.isArray(entry.nexthops) ? (entry.nexthops as Json[]) : [entry];
	return {
		kind: "unicast",
		destination,
		nexthops: several.map(parseNexthop),
		metric,
		source: textOf(entry.prefsrc),
	};
}

function parseNexthop(entry: Json): PlanNexthop {
	const flags = Array.isArray(entry.flags) ? entry.flags : [];
	return {
		device: textOf(entry.dev) ?? "",
		gateway: textOf(entry.gateway),
		onlink: flags.includes("onlink"),
		weight: Number(entry.weight ?? 1),
	};
}

function parseDestination(text: string, family: Family): string {
	if (text === "default") return family === 4 ? "0.0.0.0/0" : "::/0";
	const network = parseNetwork(text);
	return network === null ? text : renderNetwork(network);
}

function lengthOf(prefixLength: unknown): string {
	return prefixLength === undefined ? "" : `/${Number(prefixLength)}`;
}

function parseTable(value: unknown): number | null {
	if (value === "main") return 254;
	const table = Number(value ?? Number.NaN);
	return Number.isInteger(table) ? table : null;
}

function textOf(value: unknown): string | null {
	return typeof value === "string" || typeof value === "number" ? String(value) : null;
}

function parseList(text: string): readonly Json[] {
	const parsed: unknown = text.trim() === "" ? [] : JSON.parse(text);
	return Array.isArray(parsed) ? parsed.filter((entry) => typeof entry === "object" && entry !== null) : [];
}

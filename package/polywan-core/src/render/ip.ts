import type { Family } from "../family.ts";
import type { Plan, PlanIpRule, PlanNexthop, PlanRoute, PlanTable } from "../plan/plan.ts";
import { isEqual } from "../remember.ts";

/** A route and the table it is in. */
export interface TableRoute {
	readonly family: Family;
	readonly table: number;
	readonly route: PlanRoute;
}

/** What takes the kernel from what it has to what it should have. */
export interface IpChanges {
	readonly addRoutes: readonly TableRoute[];
	readonly addRules: readonly PlanIpRule[];
	readonly removeRules: readonly PlanIpRule[];
	readonly removeRoutes: readonly TableRoute[];
}

/**
 * Differences of rules and tables. `actual` holds everything the kernel has in our priorities and tables (`isOurRule`,
 * `isOurTable`), `desired` what the plan wants; another family's entries are told apart by their family.
 */
export function diffIp(
	actual: { readonly ipRules: readonly PlanIpRule[]; readonly tables: readonly PlanTable[] },
	desired: Pick<Plan, "ipRules" | "tables">,
): IpChanges {
	const rules = diffIpRules(actual.ipRules, desired.ipRules);
	const routes = diffRoutes(actual.tables, desired.tables);
	return {
		addRoutes: routes.add,
		addRules: rules.add,
		removeRules: rules.remove,
		removeRoutes: routes.remove,
	};
}

export function diffIpRules(
	actual: readonly PlanIpRule[],
	desired: readonly PlanIpRule[],
): { add: readonly PlanIpRule[]; remove: readonly PlanIpRule[] } {
	if (isEqual(actual, desired)) return { add: [], remove: [] };
	if (actual.length === 0 || desired.length === 0) return { add: desired, remove: actual };
	const key = (rule: PlanIpRule): string => `${rule.family} ${renderIpRule(rule)}`;
	const have = new Set(actual.map(key));
	const want = new Set(desired.map(key));
	return {
		add: desired.filter((rule) => !have.has(key(rule))),
		remove: actual.filter((rule) => !want.has(key(rule))),
	};
}

/** A route that differs only in where it leads is in `add` alone: it replaces the old one without a gap. */
export function diffRoutes(
	actual: readonly PlanTable[],
	desired: readonly PlanTable[],
): { add: readonly TableRoute[]; remove: readonly TableRoute[] } {
	const place = ({ family, table, route }: TableRoute): string =>
		`${family} ${table} ${route.destination} ${route.metric}`;
	const whole = (entry: TableRoute): string => `${entry.family} ${renderTableRoute(entry)}`;
	const [present, wished] = [tablesByPlace(actual), tablesByPlace(desired)];
	const isRight = (table: PlanTable): boolean =>
		isEqual(present.get(placeOf(table)), wished.get(placeOf(table)));
	const had = listRoutes(actual.filter((table) => !isRight(table)));
	const wanted = listRoutes(desired.filter((table) => !isRight(table)));
	if (had.length === 0 || wanted.length === 0) return { add: wanted, remove: had };
	const have = new Set(had.map(whole));
	const places = new Set(wanted.map(place));
	return {
		add: wanted.filter((entry) => !have.has(whole(entry))),
		remove: had.filter((entry) => !places.has(place(entry))),
	};
}

export function isOurRule(rule: PlanIpRule, range: Pick<Plan, "priorityBase">): boolean {
	return rule.priority >= range.priorityBase && rule.priority < range.priorityBase + 1000;
}

export function isOurTable(table: number, range: Pick<Plan, "tableBase">): boolean {
	return table >= range.tableBase && table < range.tableBase + 256;
}

export function isEmptyChange(changes: IpChanges): boolean {
	return (
		changes.addRoutes.length +
			changes.addRules.length +
			changes.removeRules.length +
			changes.removeRoutes.length ===
		0
	);
}

/**
 * Standard input of `ip -4 -force -batch -` or `ip -6 …`: tables are filled before rules lead to them, and emptied after.
 * Empty when there is nothing to do.
 */
export function renderIpBatch(changes: IpChanges, family: Family): string {
	const ofFamily = (entry: { readonly family: Family }): boolean => entry.family === family;
	const lines = [
		...changes.addRoutes.filter(ofFamily).map((entry) => `route replace ${renderTableRoute(entry)}`),
		...changes.addRules.filter(ofFamily).map((rule) => `rule add ${renderIpRule(rule)}`),
		...changes.removeRules.filter(ofFamily).map((rule) => `rule del ${renderIpRule(rule)}`),
		...changes.removeRoutes.filter(ofFamily).map((entry) => `route del ${renderRouteKey(entry)}`),
	];
	return lines.map((line) => `${line}\n`).join("");
}

/** `priority 6101 fwmark 0x1000000/0xff000000 lookup 28673`: what follows `ip rule add` and `ip rule del`. */
export function renderIpRule(rule: PlanIpRule): string {
	const words = [`priority ${rule.priority}`];
	if (rule.from !== null) words.push(`from ${rule.from}`);
	if (rule.to !== null) words.push(`to ${rule.to}`);
	if (rule.fwmark !== null)
		words.push(`fwmark 0x${rule.fwmark.value.toString(16)}/0x${rule.fwmark.mask.toString(16)}`);
	if (rule.incomingInterface !== null) words.push(`iif ${rule.incomingInterface}`);
	if (rule.outgoingInterface !== null) words.push(`oif ${rule.outgoingInterface}`);
	if (rule.action.kind === "goto") return [...words, `goto ${rule.action.priority}`].join(" ");
	if (rule.action.kind !== "lookup") return [...words, rule.action.kind].join(" ");
	words.push(`lookup ${rule.action.table}`);
	const suppressed = rule.action.suppressPrefixLength;
	if (suppressed !== null) words.push(`suppress_prefixlength ${suppressed}`);
	return words.join(" ");
}

/** `0.0.0.0/0 table 28673 proto static metric 1 via 192.0.2.1 dev eth1`. */
export function renderTableRoute(entry: TableRoute): string {
	const { route } = entry;
	const key = renderRouteKey(entry);
	if (route.kind === "unreachable") return key;
	const source = route.source === null ? "" : ` src ${route.source}`;
	const [only, ...others] = route.nexthops;
	if (only === undefined) return key;
	if (others.length === 0) return `${key} proto static${source} ${renderNexthop(only)}`;
	const nexthops = route.nexthops.map(
		(nexthop) => `nexthop ${renderNexthop(nexthop)} weight ${nexthop.weight}`,
	);
	return `${key} proto static${source} ${nexthops.join(" ")}`;
}

/** What makes a route one of its kind in a table: a second one with the same key replaces it. */
function renderRouteKey({ table, route }: TableRoute): string {
	const kind = route.kind === "unreachable" ? "unreachable " : "";
	return `${kind}${route.destination} table ${table} metric ${route.metric}`;
}

function renderNexthop(nexthop: PlanNexthop): string {
	const via = nexthop.gateway === null ? "" : `via ${nexthop.gateway} `;
	return `${via}dev ${nexthop.device}${nexthop.onlink ? " onlink" : ""}`;
}

function tablesByPlace(tables: readonly PlanTable[]): ReadonlyMap<number, PlanTable> {
	return new Map(tables.map((table) => [placeOf(table), table]));
}

/** A number for each table of each family. */
function placeOf({ table, family }: PlanTable): number {
	return table * 8 + family;
}

function listRoutes(tables: readonly PlanTable[]): readonly TableRoute[] {
	return tables.flatMap(({ family, table, routes }) => routes.map((route) => ({ family, table, route })));
}

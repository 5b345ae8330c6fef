import { isLinkLocal, networkContains, parseAddress, parseNetwork } from "../address.ts";
import type { Family, PerFamily } from "../family.ts";
import { FAMILIES } from "../family.ts";
import type { Link } from "../link.ts";
import { countSlots, fitWeights } from "../policy/slots.ts";
import { Attached, Remembered } from "../remember.ts";
import { highestMark, lowestBit } from "./ids.ts";
import { findOwnNameServers } from "./name-server.ts";
import type { Plan, PlanIpRule, PlanNexthop, PlanRoute, PlanShare, PlanTable } from "./plan.ts";

/** An uplink as routing needs it. */
export interface RoutedUplink {
	readonly id: number;
	readonly mark: number;
	readonly families: readonly Family[];
	readonly links: { readonly 4: Link | null; readonly 6: Link | null };
	readonly eligible: PerFamily<boolean>;
	/** What the router sends as by IPv4 where its device carries others, too; null: whatever the device has. */
	readonly source: string | null;
}

/** Offsets from priorityBase; a place is added for bypass tables (at most 99), an uplink's id for mark, address and device. */
const PRIORITY = {
	endpoint: 0,
	connected: 1,
	bypassTables: 2,
	probe: 100,
	shortcut: 100,
	mark: 100,
	unreachable: 360,
	blackhole: 361,
	address: 400,
	device: 700,
	nameServer: 960,
	own: 990,
} as const;

/** RTNH_F hops field: 8 bits, one less than the weight. */
const MAX_NEXTHOP_WEIGHT = 256;

/** `ip -batch` takes 512 words a line (MAX_ARGS in iproute2's lib/utils.c); a nexthop has up to eight. */
const MAX_NEXTHOPS = 60;

/** IPv6 gives metric 0 the value 1024 (IP6_RT_PRIO_USER); an explicit one reads back the same in both families. */
const METRIC = 1;

/** Lowest preference there is: only when no other route of the table is left. */
const BACKSTOP_METRIC = 4_294_967_295;

/** From linux/rt_names: main. */
const MAIN_TABLE = 254;

/** Destination of a default route. */
const EVERYTHING = { 4: "0.0.0.0/0", 6: "::/0" } as const;

/** Added to tableBase: above every uplink's id. */
const PROBE_TABLE = 254;
const CARRIER_TABLE = 255;

/** What the packet filter is answered for the Internet; no packet is sent there. */
const INTERNET = "lo";

/**
 * One table per uplink and family; while they have nexthops the table of the router's own traffic (`tableBase`), and that of the
 * uplinks which carry the tunnels among the uplinks; for IPv4 the one that tells the packet filter what leads to the Internet
 * and is not to be left alone (`probed`), by one question. IPv6 cannot have it: there a route to `lo` is none.
 */
export function buildTables(
	tableBase: number,
	uplinks: readonly RoutedUplink[],
	own: PerFamily<PlanShare>,
	carriers: PerFamily<PlanShare> | null,
	probed: { readonly bypass: readonly string[] } | null,
): readonly PlanTable[] {
	const tables: PlanTable[] = [];
	if (probed !== null) tables.push(buildProbeTable(tableBase + PROBE_TABLE, probed.bypass));
	for (const family of FAMILIES) {
		const shared = [
			{ table: tableBase, share: own[family] },
			...(carriers === null ? [] : [{ table: tableBase + CARRIER_TABLE, share: carriers[family] }]),
		];
		for (const { table, share } of shared) {
			const nexthops = ownNexthops(share, uplinks, family);
			const source = nexthops.length === 1 ? ownSource(share, uplinks, family) : null;
			if (nexthops.length > 0)
				tables.push({ table, family, routes: [defaultRoute(family, nexthops, source)] });
		}
		for (const uplink of uplinks) {
			if (!uplink.families.includes(family)) continue;
			const source = family === 4 ? uplink.source : null;
			tables.push(buildUplinkTable(tableBase + uplink.id, family, uplink.links[family], source));
		}
	}
	return tables;
}

/** Links never change, and with them their tables. */
const knownTables = new Attached<Link, { readonly source: string | null; readonly built: PlanTable }>();

function buildUplinkTable(
	table: number,
	family: Family,
	link: Link | null,
	source: string | null,
): PlanTable {
	const known = link === null ? undefined : knownTables.get(link);
	if (known?.built.table === table && known.source === source) return known.built;
	const routes = link === null ? [] : [defaultRoute(family, [buildNexthop(link, 1)], source)];
	routes.push({ kind: "unreachable", destination: EVERYTHING[family], metric: BACKSTOP_METRIC });
	const built = { table, family, routes };
	if (link !== null) knownTables.set(link, { source, built });
	return built;
}

const knownProbeTables = new Remembered<PlanTable>();

function buildProbeTable(table: number, bypass: readonly string[]): PlanTable {
	return knownProbeTables.get([table, ...bypass], () => ({
		table,
		family: 4,
		routes: [
			defaultRoute(4, [{ device: INTERNET, gateway: null, onlink: false, weight: 1 }]),
			...bypass.map((destination): PlanRoute => ({ kind: "unreachable", destination, metric: METRIC })),
		],
	}));
}

function defaultRoute(
	family: Family,
	nexthops: readonly PlanNexthop[],
	source: string | null = null,
): PlanRoute {
	return { kind: "unicast", destination: EVERYTHING[family], nexthops, metric: METRIC, source };
}

/** Of a share that is one uplink's. */
function ownSource(share: PlanShare, uplinks: readonly RoutedUplink[], family: Family): string | null {
	if (share.kind === "verdict" || family === 6) return null;
	return uplinks.find(({ id }) => id === share.slots[0])?.source ?? null;
}

function ownNexthops(
	share: PlanShare,
	uplinks: readonly RoutedUplink[],
	family: Family,
): readonly PlanNexthop[] {
	if (share.kind === "verdict") return [];
	const all = countSlots(share.slots);
	const counts =
		all.length > MAX_NEXTHOPS ? [...all].sort((a, b) => b.weight - a.weight).slice(0, MAX_NEXTHOPS) : all;
	const weights = fitWeights(
		counts.map((count) => count.weight),
		Math.max(MAX_NEXTHOP_WEIGHT, counts.length),
	);
	const byId = new Map(uplinks.map((uplink) => [uplink.id, uplink]));
	return counts.flatMap(({ id }, index) => {
		const link = byId.get(id)?.links[family] ?? null;
		return link === null ? [] : [buildNexthop(link, weights[index] ?? 1)];
	});
}

function buildNexthop(link: Link, weight: number): PlanNexthop {
	return { device: link.device, gateway: link.gateway, onlink: isOutside(link), weight };
}

/** The kernel refuses a gateway it cannot reach directly unless told that it is on the link. */
function isOutside(link: Link): boolean {
	const gateway = link.gateway === null ? null : parseAddress(link.gateway);
	if (gateway === null || isLinkLocal(gateway)) return false;
	return !link.addresses.some(({ address, prefixLength }) => {
		const network = parseNetwork(`${address}/${prefixLength}`);
		return network !== null && networkContains(network, gateway);
	});
}

type RuleParts = Partial<Omit<PlanIpRule, "family" | "priority">>;

/**
 * The ip rules of both families. In order: the router's packets to far ends of tunnels, which host routes in main would pin;
 * everything more specific than a default route in main (connected and static networks, VPNs) and the user's tables; questions of
 * the packet filter; marked packets; then, for unmarked packets only, sockets bound to an uplink's address or device, and name servers; last the router's
 * own traffic.
 */
export function buildIpRules(
	plan: RuledPlan,
	uplinks: readonly RoutedUplink[],
	bypassTables: readonly number[],
): readonly PlanIpRule[] {
	const { markMask, tableBase, priorityBase, managed, endpoints } = plan;
	const shared = plan.tables.filter(
		({ table }) =>
			table === tableBase || table === tableBase + PROBE_TABLE || table === tableBase + CARRIER_TABLE,
	);
	const inputs = [
		[
			markMask,
			tableBase,
			priorityBase,
			managed[4],
			managed[6],
			endpoints[4],
			endpoints[6],
			bypassTables,
		].join(),
		shared.map(({ table, family }) => `${table} ${family}`).join(),
		...uplinks.flatMap(({ id, mark, families, links, eligible }) => [
			id,
			mark,
			families.length === 1 ? families[0] : 0,
			links[4],
			links[6],
			...FAMILIES.map((family) => eligible[family] && (links[family]?.dnsServers.length ?? 0) > 0),
		]),
	];
	return knownRules.get(inputs, () => listIpRules(plan, uplinks, bypassTables));
}

type RuledPlan = Pick<
	Plan,
	| "markMask"
	| "verdictMarks"
	| "notrackMark"
	| "tableBase"
	| "priorityBase"
	| "managed"
	| "tables"
	| "endpoints"
>;

const knownRules = new Remembered<readonly PlanIpRule[]>();

function listIpRules(
	plan: RuledPlan,
	uplinks: readonly RoutedUplink[],
	bypassTables: readonly number[],
): readonly PlanIpRule[] {
	const { markMask: mask, tableBase } = plan;
	const rules: PlanIpRule[] = [];
	const unmarked = { value: 0, mask };
	for (const family of FAMILIES) {
		if (!plan.managed[family]) continue;
		const add = (offset: number, parts: RuleParts): void => {
			rules.push(buildIpRule(family, plan.priorityBase + offset, parts));
		};
		const own = { fwmark: unmarked, incomingInterface: "lo" };
		const hasTable = (number: number): boolean =>
			plan.tables.some(({ table, family: of }) => table === number && of === family);
		if (hasTable(tableBase + CARRIER_TABLE)) {
			for (const to of plan.endpoints[family])
				add(PRIORITY.endpoint, { ...own, to, action: lookup(tableBase + CARRIER_TABLE) });
		}
		add(PRIORITY.connected, { action: { kind: "lookup", table: MAIN_TABLE, suppressPrefixLength: 0 } });
		for (const [index, table] of bypassTables.entries()) {
			add(PRIORITY.bypassTables + index, { action: lookup(table) });
		}
		if (hasTable(tableBase + PROBE_TABLE))
			add(PRIORITY.probe, {
				fwmark: { value: plan.notrackMark, mask },
				action: lookup(tableBase + PROBE_TABLE),
			});
		const present = uplinks.filter((uplink) => uplink.families.includes(family));
		for (const { id, mark } of present) {
			add(PRIORITY.mark + id, { fwmark: { value: mark, mask }, action: lookup(tableBase + id) });
		}
		const goTo = (value: number, marks: number, place: number): void => {
			const block = (mask & ~((marks - 1) * lowestBit(mask))) >>> 0;
			const action = { kind: "goto", priority: plan.priorityBase + place } as const;
			add(PRIORITY.shortcut, { fwmark: { value, mask: block }, action });
		};
		const blocks = markBlocks(
			present.map(({ id }) => id),
			mask,
		);
		for (const { first, size } of blocks) {
			goTo(first * lowestBit(mask), size, PRIORITY.mark + first);
			add(PRIORITY.mark + first, { action: { kind: "nop" } });
		}
		if (blocks.length > 0) goTo(plan.verdictMarks.unreachable, 2, PRIORITY.unreachable);
		const { unreachable, blackhole } = plan.verdictMarks;
		add(PRIORITY.unreachable, { fwmark: { value: unreachable, mask }, action: { kind: "unreachable" } });
		add(PRIORITY.blackhole, { fwmark: { value: blackhole, mask }, action: { kind: "blackhole" } });
		const seen = new Set<string>();
		for (const { id, links } of present) {
			for (const { text, incomingInterface } of ownSources(links[family])) {
				// Two modems may give the same address: the first uplink has it, marks and devices still tell them apart.
				if (seen.has(text)) continue;
				seen.add(text);
				add(PRIORITY.address + id, {
					fwmark: unmarked,
					from: text,
					incomingInterface,
					action: lookup(tableBase + id),
				});
			}
		}
		for (const { id, links } of present) {
			const outgoingInterface = links[family]?.device;
			if (outgoingInterface === undefined) continue;
			add(PRIORITY.device + id, { fwmark: unmarked, outgoingInterface, action: lookup(tableBase + id) });
		}
		for (const { server, uplink } of findOwnNameServers(present, family)) {
			if (!uplink.eligible[family]) continue;
			const to = `${server}/${family === 4 ? 32 : 128}`;
			add(PRIORITY.nameServer, { ...own, to, action: lookup(tableBase + uplink.id) });
		}
		if (hasTable(tableBase)) add(PRIORITY.own, { ...own, action: lookup(tableBase) });
	}
	return rules;
}

/** The kernel looks at one rule after the other, for each packet: above so many uplinks there are shortcuts to their marks. */
const MANY_UPLINKS = 16;
const BLOCK = 16;

/**
 * Where marks begin that have all but the lowest bits in common, and how many: those with uplinks, without the first ones, which
 * need no shortcut, and the highest four, which are no uplinks'.
 */
function markBlocks(
	ids: readonly number[],
	mask: number,
): readonly { readonly first: number; readonly size: number }[] {
	if (ids.length <= MANY_UPLINKS) return [];
	const last = highestMark(mask) - BLOCK + 1;
	const starts = [...new Set(ids.map((id) => Math.min(id - (id % BLOCK), last)))].sort((a, b) => a - b);
	return starts.flatMap((first) => {
		if (first === 0) return [];
		return first === last
			? [
					{ first, size: 8 },
					{ first: first + 8, size: 4 },
				]
			: [{ first, size: BLOCK }];
	});
}

/** Sources that can only leave by this link: its own addresses and, for the router itself, its delegated prefixes. */
function ownSources(link: Link | null): readonly { text: string; incomingInterface: string | null }[] {
	if (link === null) return [];
	const width = link.family === 4 ? 32 : 128;
	const addresses = link.addresses.map(({ address }) => ({
		text: `${address}/${width}`,
		incomingInterface: null,
	}));
	return [...addresses, ...link.prefixes.map((text) => ({ text, incomingInterface: "lo" }))];
}

function lookup(table: number): PlanIpRule["action"] {
	return { kind: "lookup", table, suppressPrefixLength: null };
}

function buildIpRule(family: Family, priority: number, parts: RuleParts): PlanIpRule {
	return {
		family,
		priority,
		fwmark: parts.fwmark ?? null,
		from: parts.from ?? null,
		to: parts.to ?? null,
		incomingInterface: parts.incomingInterface ?? null,
		outgoingInterface: parts.outgoingInterface ?? null,
		action: parts.action ?? { kind: "unreachable" },
	};
}

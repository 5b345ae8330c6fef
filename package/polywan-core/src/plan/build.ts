import { isLinkLocal, parseAddress, parseNetwork, renderAddress, renderNetwork } from "../address.ts";
import type { LastResort, Model, Target, Uplink } from "../config/model.ts";
import type { Family, PerFamily } from "../family.ts";
import { FAMILIES, perFamily } from "../family.ts";
import type { UplinkState } from "../health/state.ts";
import { isEligible } from "../health/state.ts";
import type { Link } from "../link.ts";
import { DEFAULT_CLASS, variantOf } from "../policy/mode.ts";
import type { CustomWeights, Measure, Share, ShareContext } from "../policy/shares.ts";
import { isManaged } from "../policy/shares.ts";
import type { RateLimit } from "../quota/quota.ts";
import { Attached, isEqual, Remembered } from "../remember.ts";
import type { KernelIds } from "./ids.ts";
import { highestMark, lowestBit } from "./ids.ts";
import { buildStandIns } from "./name-server.ts";
import { mergeNetworks } from "./network-list.ts";
import type { Plan, PlanPolicy, PlanRule, PlanShare, PlanTarget, PlanUplink } from "./plan.ts";
import {
	buildCarrierShares,
	buildOwnShares,
	buildPolicies,
	policyKernelName,
	slotBuilder,
} from "./policies.ts";
import { buildIpRules, buildTables } from "./routing.ts";
import { DEVICE_NAME, type RuleFacts } from "./rule-match.ts";
import { buildRules, buildSets } from "./rules.ts";
import { DeviceOwners } from "./shared-device.ts";
import { buildTranslation, UNIQUE_LOCAL } from "./translation.ts";

export interface PlanInput extends RuleFacts {
	readonly model: Model;
	/** What there is; an uplink without a link in a family is not eligible in it. */
	readonly links: readonly Link[];
	/** Absent: down. */
	readonly states: readonly {
		readonly uplink: string;
		readonly family: Family;
		readonly state: UplinkState;
	}[];
	readonly ids: KernelIds;
	/** Far ends of tunnels whose uplinks do not name any, by uplink; none: not known yet, but it is a tunnel. */
	readonly farEnds?: ReadonlyMap<string, readonly string[]>;
	/** Networks of the router's other interfaces: never balanced, and not counted as a connection of any policy. */
	readonly localNetworks?: readonly string[];
	/** Shares of policies that follow measurements; absent: they share by weight. */
	readonly measure?: Measure;
	/** Weights set by hand for policies of mode custom. */
	readonly customWeights?: CustomWeights;
	/** Whether flows can be hashed; absent: they can. Otherwise mode flow_hash shares by weight. */
	readonly canHash?: boolean;
	/** Who is only used last, or less; absent: nobody. */
	readonly standingOf?: NonNullable<ShareContext["standingOf"]>;
	/** What an uplink may still carry, null for whatever it can; absent: none is limited. */
	readonly limitOf?: (uplink: string) => RateLimit | null;
	/** Policies that are out of their times; absent: none. */
	readonly isClosed?: NonNullable<ShareContext["isClosed"]>;
}

/** Destinations with no way to the Internet: link-local and multicast (RFC 6890), broadcast. */
const NEVER_BALANCED = ["169.254.0.0/16", "224.0.0.0/4", "255.255.255.255/32", "fe80::/10", "ff00::/8"];

interface Context {
	readonly model: Model;
	readonly ids: KernelIds;
	readonly uplinks: ReadonlyMap<string, PlanUplink>;
	readonly slots: (share: Share) => PlanShare;
	/** Those built already. */
	readonly targets: Map<string, PlanTarget>;
}

/** The desired kernel state. Pure; equal input gives an equal plan. */
export function buildPlan(input: PlanInput): Plan {
	const { model, ids } = input;
	const { markMask, tableBase, priorityBase } = model.globals;
	const unit = lowestBit(markMask);
	const top = highestMark(markMask);
	const verdictMarks = { default: (top - 2) * unit, unreachable: (top - 1) * unit, blackhole: top * unit };
	const found = findUplinks(input);
	const isUp = eligibility(input);
	const canLimit = !(input.unsupported?.has("rate") ?? false);
	const many = findManyOnDevice(found);
	const uplinks = found.map(({ uplink, id, links }) => {
		const limit = canLimit ? (input.limitOf?.(uplink.name) ?? null) : null;
		return buildUplink(uplink, id, id * unit, links, many.has(links[4]?.device ?? ""), limit, isUp);
	});
	const byName = new Map(uplinks.map((uplink) => [uplink.name, uplink]));
	const context: Context = { model, ids, uplinks: byName, slots: slotBuilder(ids), targets: new Map() };
	const shareContext: ShareContext = {
		isEligible: (name, family) => byName.get(name)?.eligible[family] ?? false,
		measure: input.measure,
		customWeights: input.customWeights,
		canHash: input.canHash ?? true,
		standingOf: input.standingOf,
		isClosed: input.isClosed,
	};
	const policies = buildPolicies(model, ids, shareContext, context.slots);
	const rules = buildRules(model, input, {
		build: (target, trafficClass) => buildTarget(target, context, trafficClass),
		usable: (target) => perFamily((family) => usableUplinks(target, family, context)),
	});
	const managed = perFamily(
		(family) => isManaged(model, family) || rules.some((rule) => isVerdictIn(rule, family)),
	);
	const defaultTarget = buildTarget(model.globals.defaultTarget, context);
	const routed = found.map(({ uplink, id, links }) => ({
		id,
		mark: id * unit,
		families: uplink.families,
		links,
		eligible: byName.get(uplink.name)?.eligible ?? perFamily(() => false),
		source: byName.get(uplink.name)?.shared?.source ?? null,
	}));
	const { defaultTarget: target } = model.globals;
	const own =
		target.kind === "policy" ? buildOwnShares(model, target.name, shareContext, context.slots) : null;
	const bypass = perFamily((family) => mergeNetworks(neverBalanced(input), family));
	const tunnels = findTunnels(input);
	const tables = buildTables(
		tableBase,
		routed,
		own ?? perFamily((family) => shareOf(defaultTarget, policies, family)),
		buildCarrierShares(model, tunnels, shareContext, context.slots),
		managed[4] ? { bypass: bypass[4] } : null,
	);
	const ends = found.flatMap(({ uplink }) => tunnels.get(uplink.name) ?? []);
	const endpoints = perFamily((family) => mergeNetworks(ends, family).map((end) => withLength(end, family)));
	const notrackMark = (top - 3) * unit;
	const numbers = {
		markMask,
		verdictMarks,
		notrackMark,
		tableBase,
		priorityBase,
		managed,
		endpoints,
		tables,
	};
	return {
		...numbers,
		resetConnections: model.globals.resetConnections,
		uplinks,
		policies,
		rules,
		sets: buildSets(model, input, rules),
		defaultTarget,
		bypass,
		knownSources: findKnownSources(uplinks),
		standIns: perFamily((family) => buildStandIns(routed, family)),
		ipRules: buildIpRules(numbers, routed, model.globals.bypassTables),
	};
}

/** The uplinks that are tunnels, with their far ends: those that the user names, else those that were found out. */
function findTunnels({ model, farEnds }: PlanInput): ReadonlyMap<string, readonly string[]> {
	const tunnels = new Map(farEnds);
	for (const { name, endpoints } of model.uplinks) if (endpoints.length > 0) tunnels.set(name, endpoints);
	return tunnels;
}

interface FoundUplink {
	readonly uplink: Uplink;
	readonly id: number;
	readonly links: PerFamily<Link | null>;
}

/** Enabled uplinks that have an id, by id, with the links that can be told from those of others. */
function findUplinks({ model, ids, links }: PlanInput): readonly FoundUplink[] {
	if (!model.globals.enabled) return [];
	const owners = new DeviceOwners();
	const byKey = new Map(links.map((link) => [`${link.family} ${link.uplink}`, link]));
	const found = model.uplinks.flatMap((uplink): FoundUplink[] => {
		const id = ids.uplinks[uplink.name];
		if (!uplink.enabled || id === undefined) return [];
		const linkOf = (family: Family): Link | null => {
			const link = byKey.get(`${family} ${uplink.name}`);
			if (link === undefined || !uplink.families.includes(family) || !DEVICE_NAME.test(link.device))
				return null;
			const canonical = canonicalLink(link);
			return owners.take(canonical) === null ? canonical : null;
		};
		return [{ uplink, id, links: perFamily(linkOf) }];
	});
	return found.sort((a, b) => a.id - b.id);
}

/** Links never change: a plan is built more often than there are new ones. */
const canonicalLinks = new Attached<Link, Link>();
const ownAddresses = new Attached<Link, readonly string[]>();
const ownPrefixes = new Attached<Link, readonly string[]>();
const NONE: readonly string[] = [];

function addressesOf(link: Link | null): readonly string[] {
	return link === null
		? NONE
		: remembered(ownAddresses, link, () => link.addresses.map(({ address }) => address));
}

function prefixesOf(link: Link | null): readonly string[] {
	return link === null ? NONE : remembered(ownPrefixes, link, () => mergeNetworks(link.prefixes, 6));
}

function remembered<T>(known: Attached<Link, T>, link: Link, build: () => T): T {
	const before = known.get(link);
	if (before !== undefined) return before;
	const value = build();
	known.set(link, value);
	return value;
}

function canonicalLink(link: Link): Link {
	return remembered(canonicalLinks, link, () => canonise(link));
}

/** Addresses as text from outside must be canonical, both to be safe in scripts and to compare equal when read back. */
function canonise(link: Link): Link {
	const gateway = link.gateway === null ? null : parseAddress(link.gateway);
	return {
		...link,
		gateway: gateway === null ? null : renderAddress(gateway),
		addresses: link.addresses.flatMap((entry) => {
			const address = parseAddress(entry.address);
			if (address === null || address.family !== link.family) return [];
			return [{ address: renderAddress(address), prefixLength: entry.prefixLength }];
		}),
		dnsServers: link.dnsServers.flatMap((text) => {
			const address = parseAddress(text);
			return address === null || address.family !== link.family || isLinkLocal(address)
				? []
				: [renderAddress(address)];
		}),
		prefixes: link.prefixes.flatMap((text) => {
			const network = parseNetwork(text);
			return network === null || network.family !== link.family ? [] : [renderNetwork(network)];
		}),
	};
}

/** What the plan last had of an uplink: it stays the very same object while nothing about it changes. */
const knownUplinks = new Attached<
	Uplink,
	{ readonly inputs: readonly unknown[]; readonly built: PlanUplink }
>();

function buildUplink(
	uplink: Uplink,
	id: number,
	mark: number,
	links: PerFamily<Link | null>,
	isShared: boolean,
	limit: RateLimit | null,
	isUp: (uplink: Uplink, family: Family) => boolean,
): PlanUplink {
	const eligible = perFamily((family) => links[family] !== null && isUp(uplink, family));
	const inputs = [id, mark, links[4], links[6], eligible[4], eligible[6], isShared, limit];
	const known = knownUplinks.get(uplink);
	if (known !== undefined && isEqual(known.inputs, inputs)) return known.built;
	const prefixes = prefixesOf(links[6]);
	const built = {
		name: uplink.name,
		id,
		mark,
		devices: perFamily((family) => links[family]?.device ?? null),
		addresses: perFamily((family) => addressesOf(links[family])),
		prefixes,
		translation: buildTranslation(uplink.ipv6Nat, prefixes),
		eligible,
		...buildShared(isShared, links[4]),
		...buildLimit(limit),
	};
	knownUplinks.set(uplink, { inputs, built });
	return built;
}

/** IPv4 devices that carry several uplinks. */
function findManyOnDevice(found: readonly FoundUplink[]): ReadonlySet<string> {
	const seen = new Set<string>();
	const many = new Set<string>();
	for (const { links } of found) {
		const device = links[4]?.device;
		if (device === undefined) continue;
		if (seen.has(device)) many.add(device);
		seen.add(device);
	}
	return many;
}

function buildShared(isShared: boolean, link: Link | null): Pick<PlanUplink, "shared"> {
	const source = link?.addresses[0]?.address;
	if (!isShared || link === null || source === undefined) return {};
	return { shared: { gateway: link.gateway, source } };
}

function buildLimit(limit: RateLimit | null): Pick<PlanUplink, "limit"> {
	if (limit === null) return {};
	return {
		limit: {
			downloadBytesPerSecond: Math.round(limit.downloadBitsPerSecond / 8),
			uploadBytesPerSecond: Math.round(limit.uploadBitsPerSecond / 8),
		},
	};
}

function withLength(network: string, family: Family): string {
	return network.includes("/") ? network : `${network}/${family === 4 ? 32 : 128}`;
}

/** IPv6 sources that belong to uplinks, and those of homes. */
function findKnownSources(uplinks: readonly PlanUplink[]): readonly string[] {
	const lists = uplinks.flatMap(({ prefixes, addresses }) => [prefixes, addresses[6]]);
	return knownSources.get(lists, () => mergeNetworks([...lists.flat(), UNIQUE_LOCAL], 6));
}

const knownSources = new Remembered<readonly string[]>();

function eligibility({ states }: PlanInput): (uplink: Uplink, family: Family) => boolean {
	const known = new Map(states.map(({ uplink, family, state }) => [`${family} ${uplink}`, state]));
	return ({ name, useDegraded }, family) => isEligible(known.get(`${family} ${name}`) ?? "down", useDegraded);
}

/** Each target there is, once: rules that have the same one are not built anew because of it. */
const knownTargets = new Map<string, PlanTarget>();

function theOne(key: string, target: PlanTarget): PlanTarget {
	const known = knownTargets.get(key);
	if (known !== undefined) return known;
	knownTargets.set(key, target);
	return target;
}

function buildTarget(target: Target, context: Context, trafficClass = DEFAULT_CLASS): PlanTarget {
	const named = `${target.kind} ${trafficClass} ${"name" in target ? target.name : ""}`;
	const known = context.targets.get(named);
	if (known !== undefined) return known;
	const built = findTarget(target, context, trafficClass);
	context.targets.set(named, built);
	return built;
}

function findTarget(
	target: Target,
	{ model, ids, uplinks, slots }: Context,
	trafficClass: number,
): PlanTarget {
	if (target.kind === "policy") {
		const id = ids.policies[target.name];
		const policy = model.policies.find(({ name }) => name === target.name);
		if (id === undefined || policy === undefined) return verdictTarget("default");
		const kernelName = policyKernelName(id, variantOf(policy, trafficClass));
		return theOne(kernelName, { kind: "policy", kernelName });
	}
	if (target.kind !== "uplink") return verdictTarget(target.kind);
	const uplink = uplinks.get(target.name);
	if (uplink === undefined) return verdictTarget("unreachable");
	const shareIn = (family: Family): Share => {
		if (!isManaged(model, family)) return { kind: "verdict", verdict: "default" };
		if (!uplink.eligible[family]) return { kind: "verdict", verdict: "unreachable" };
		return { kind: "uplinks", uplinks: [{ name: target.name, weight: 1 }] };
	};
	const shares = perFamily((family) => slots(shareIn(family)));
	const [four, six] = FAMILIES.map((family) => {
		const share = shares[family];
		return share.kind === "verdict" ? share.verdict : share.kind;
	});
	return theOne(`t${uplink.id} ${four} ${six}`, { kind: "uplink", id: uplink.id, shares });
}

function verdictTarget(verdict: LastResort): PlanTarget {
	return theOne(verdict, { kind: "verdict", verdict });
}

/** Members of a policy that take new connections, also those of a tier that is not in use. */
function usableUplinks(target: Target, family: Family, { model, uplinks }: Context): readonly number[] {
	if (target.kind !== "policy") return [];
	const members = model.policies.find(({ name }) => name === target.name)?.members ?? [];
	const found = members.map(({ uplink }) => uplinks.get(uplink)).filter((uplink) => uplink !== undefined);
	return found
		.filter(({ eligible }) => eligible[family])
		.map(({ id }) => id)
		.sort((a, b) => a - b);
}

function shareOf(target: PlanTarget, policies: readonly PlanPolicy[], family: Family): PlanShare {
	if (target.kind === "verdict") return target;
	if (target.kind === "uplink") return target.shares[family];
	const policy = policies.find((candidate) => candidate.kernelName === target.kernelName);
	return policy?.shares[family] ?? { kind: "verdict", verdict: "default" };
}

function isVerdictIn(rule: PlanRule, family: Family): boolean {
	return (
		rule.match.families.includes(family) &&
		rule.target.kind === "verdict" &&
		rule.target.verdict !== "default"
	);
}

function neverBalanced({ model, localNetworks }: PlanInput): readonly string[] {
	return [...NEVER_BALANCED, ...model.globals.bypassNetworks, ...(localNetworks ?? [])];
}

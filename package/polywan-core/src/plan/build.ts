import { isLinkLocal, parseAddress, parseNetwork, renderAddress, renderNetwork } from "../address.ts";
import type { Model, Target, Uplink } from "../config/model.ts";
import type { Family, PerFamily } from "../family.ts";
import { perFamily } from "../family.ts";
import type { UplinkState } from "../health/state.ts";
import { isEligible } from "../health/state.ts";
import type { Link } from "../link.ts";
import { DEFAULT_CLASS, variantOf } from "../policy/mode.ts";
import type { CustomWeights, Measure, Share, ShareContext } from "../policy/shares.ts";
import { isManaged } from "../policy/shares.ts";
import type { RateLimit } from "../quota/quota.ts";
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
	const uplinks = found.map(({ uplink, id, links }) => ({
		...buildUplink(uplink, id, id * unit, links, isUp),
		...(canLimit && buildLimit(input.limitOf?.(uplink.name) ?? null)),
	}));
	const byName = new Map(uplinks.map((uplink) => [uplink.name, uplink]));
	const context: Context = { model, ids, uplinks: byName, slots: slotBuilder(ids) };
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
	}));
	const { defaultTarget: target } = model.globals;
	const own =
		target.kind === "policy" ? buildOwnShares(model, target.name, shareContext, context.slots) : null;
	const tables = buildTables(
		tableBase,
		routed,
		own ?? perFamily((family) => shareOf(defaultTarget, policies, family)),
		buildCarrierShares(model, shareContext, context.slots),
	);
	const ends = found.flatMap(({ uplink }) => uplink.endpoints);
	const endpoints = perFamily((family) => mergeNetworks(ends, family).map((end) => withLength(end, family)));
	const numbers = { markMask, verdictMarks, tableBase, priorityBase, managed, endpoints, tables };
	return {
		...numbers,
		notrackMark: (top - 3) * unit,
		resetConnections: model.globals.resetConnections,
		uplinks,
		policies,
		rules,
		sets: buildSets(model, input, rules),
		defaultTarget,
		bypass: perFamily((family) => mergeNetworks(neverBalanced(input), family)),
		knownSources: findKnownSources(uplinks),
		standIns: perFamily((family) => buildStandIns(routed, family)),
		ipRules: buildIpRules(numbers, routed, model.globals.bypassTables),
	};
}

interface FoundUplink {
	readonly uplink: Uplink;
	readonly id: number;
	readonly links: PerFamily<Link | null>;
}

/** Enabled uplinks that have an id, by id, with the links that are theirs alone. */
function findUplinks({ model, ids, links }: PlanInput): readonly FoundUplink[] {
	if (!model.globals.enabled) return [];
	const taken = new Set<string>();
	const byKey = new Map(links.map((link) => [`${link.family} ${link.uplink}`, link]));
	const found = model.uplinks.flatMap((uplink): FoundUplink[] => {
		const id = ids.uplinks[uplink.name];
		if (!uplink.enabled || id === undefined) return [];
		const linkOf = (family: Family): Link | null => {
			const link = byKey.get(`${family} ${uplink.name}`);
			if (link === undefined || !uplink.families.includes(family) || !DEVICE_NAME.test(link.device))
				return null;
			// A device carries one uplink per family, or incoming packets could not be told apart.
			const key = `${family} ${link.device}`;
			if (taken.has(key)) return null;
			taken.add(key);
			return canonicalLink(link);
		};
		return [{ uplink, id, links: perFamily(linkOf) }];
	});
	return found.sort((a, b) => a.id - b.id);
}

/** Links never change: a plan is built more often than there are new ones. */
const canonicalLinks = new WeakMap<Link, Link>();

function canonicalLink(link: Link): Link {
	const known = canonicalLinks.get(link);
	if (known !== undefined) return known;
	const canonical = canonise(link);
	canonicalLinks.set(link, canonical);
	return canonical;
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

function buildUplink(
	uplink: Uplink,
	id: number,
	mark: number,
	links: PerFamily<Link | null>,
	isUp: (uplink: Uplink, family: Family) => boolean,
): PlanUplink {
	const prefixes = links[6] === null ? [] : mergeNetworks(links[6].prefixes, 6);
	return {
		name: uplink.name,
		id,
		mark,
		devices: perFamily((family) => links[family]?.device ?? null),
		addresses: perFamily((family) => links[family]?.addresses.map(({ address }) => address) ?? []),
		prefixes,
		translation: buildTranslation(uplink.ipv6Nat, prefixes),
		eligible: perFamily((family) => links[family] !== null && isUp(uplink, family)),
	};
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
	const ofUplinks = uplinks.flatMap(({ prefixes, addresses }) => [...prefixes, ...addresses[6]]);
	return mergeNetworks([...ofUplinks, UNIQUE_LOCAL], 6);
}

function eligibility({ states }: PlanInput): (uplink: Uplink, family: Family) => boolean {
	const known = new Map(states.map(({ uplink, family, state }) => [`${family} ${uplink}`, state]));
	return ({ name, useDegraded }, family) => isEligible(known.get(`${family} ${name}`) ?? "down", useDegraded);
}

function buildTarget(
	target: Target,
	{ model, ids, uplinks, slots }: Context,
	trafficClass = DEFAULT_CLASS,
): PlanTarget {
	if (target.kind === "policy") {
		const id = ids.policies[target.name];
		const policy = model.policies.find(({ name }) => name === target.name);
		return id === undefined || policy === undefined
			? { kind: "verdict", verdict: "default" }
			: { kind: "policy", kernelName: policyKernelName(id, variantOf(policy, trafficClass)) };
	}
	if (target.kind !== "uplink") return { kind: "verdict", verdict: target.kind };
	const uplink = uplinks.get(target.name);
	if (uplink === undefined) return { kind: "verdict", verdict: "unreachable" };
	const shareIn = (family: Family): Share => {
		if (!isManaged(model, family)) return { kind: "verdict", verdict: "default" };
		if (!uplink.eligible[family]) return { kind: "verdict", verdict: "unreachable" };
		return { kind: "uplinks", uplinks: [{ name: target.name, weight: 1 }] };
	};
	return { kind: "uplink", id: uplink.id, shares: perFamily((family) => slots(shareIn(family))) };
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

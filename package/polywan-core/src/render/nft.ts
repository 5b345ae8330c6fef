import { networkContains, parseNetwork } from "../address.ts";
import type { Family } from "../family.ts";
import { FAMILIES, perFamily } from "../family.ts";
import { MAX_UPLINKS } from "../plan/ids.ts";
import { mergeNetworks } from "../plan/network-list.ts";
import type { Plan, PlanTranslation, PlanUplink } from "../plan/plan.ts";
import { isSharedIn, sharedDevices } from "../plan/shared-device.ts";
import { boundPrefixes, UNIQUE_LOCAL } from "../plan/translation.ts";
import { Attached, Remembered } from "../remember.ts";
import { invertMask, renderComment, renderMark } from "./mark.ts";
import { buildLimitChains, buildLimitHooks, buildLimitMaps } from "./nft-limit.ts";
import { buildRuleChains, renderNftRule } from "./nft-rule.ts";
import { groupRules, type RuleStep } from "./nft-rule-map.ts";
import type { NftChain, NftRuleset, NftSet } from "./nft-ruleset.ts";
import { renderRuleset } from "./nft-ruleset.ts";
import { buildNftSet, renderHeavyRules } from "./nft-set.ts";
import { buildShareMaps } from "./nft-share.ts";
import { arrivalChain, buildSharedChains, PRIVATE_NETWORKS, sharedLeavingRules } from "./nft-shared.ts";
import { buildStickyChains, buildStickySets } from "./nft-sticky.ts";
import { buildTargetChains, targetChain, uplinkChain, verdictChain } from "./nft-target.ts";

export const NFT_TABLE = "polywan";

/** One set for all uplinks: each lets its own sources pass first. */
const KNOWN_SOURCES = "sources6";

/**
 * The whole table as one transaction for `nft -f -`, whether or not it exists. It replaces the table: counters and saved
 * resets are lost, connections are not. Later changes: `renderNftChange`.
 */
export function renderNft(plan: Plan): string {
	return `${renderNftRemoval()}${renderRuleset(buildNftRuleset(plan), NFT_TABLE)}`;
}

/** Deletes the table, whether or not it exists. */
export function renderNftRemoval(): string {
	return `table inet ${NFT_TABLE}\ndelete table inet ${NFT_TABLE}\n`;
}

/**
 * What the packets meet. Most belong to known connections, so that they meet one rule: hooks cost, and so does each look into a
 * map (about 0.1 µs on a small router).
 * - prerouting, after destinations are translated: a packet of an uplink's connection gets that uplink's mark again, in either
 *   direction: connected networks come before marks. A new connection from an uplink is marked as that uplink's, so that answers
 *   leave by it; one from elsewhere gets the mark of its target, the connection as well.
 * - output: the same for the router's own, except that only explicit rules apply: the ip rules chose already, with the
 *   right source address. What goes to the far end of a tunnel is not tied to the uplink it went by before.
 * - nat, which is asked once for each connection: what leaves by an uplink and belongs to none is that uplink's from now on,
 *   and packets of the router's own that a rule sent elsewhere after their source was chosen get another; its queries to name
 *   servers of uplinks that do not work go to others.
 */
export function buildNftRuleset(plan: Plan): NftRuleset {
	const known = rulesets.get(plan);
	if (known !== undefined) return known;
	const ruleset = composeRuleset(plan);
	rulesets.set(plan, ruleset);
	return ruleset;
}

/** A plan never changes, and each is asked for as the next one and then as the one before. */
const rulesets = new Attached<Plan, NftRuleset>();

function composeRuleset(plan: Plan): NftRuleset {
	const steps = perFamily((family) => (plan.managed[family] ? groupRules(plan.rules, family) : []));
	const ruleMaps = [...steps[4], ...steps[6]].flatMap((step) => ("map" in step ? [step.map] : []));
	const resets = plan.resetConnections ? RESET_SETS : [];
	return {
		sets: [
			...buildMaps(plan),
			...buildNetworkSets(plan),
			...buildShareMaps(plan),
			...buildRuleSets(plan),
			...ruleMaps,
			...buildLimitMaps(plan),
			...resets,
		],
		chains: [
			...buildAllUplinkChains(plan),
			...buildSharedChains(plan),
			...(["default", "unreachable", "blackhole"] as const).map((verdict) => ({
				name: verdictChain(verdict),
				hook: null,
				rules: [setMark("meta", plan, plan.verdictMarks[verdict])],
			})),
			...FAMILIES.flatMap((family) =>
				plan.managed[family] ? buildFamilyChains(plan, family, steps[family]) : [],
			),
			...buildLimitChains(plan),
			...buildHooks(plan),
			...buildLimitHooks(plan),
		],
	};
}

/** Sets and maps that rules look into, other than those that stand for rules. */
function buildRuleSets(plan: Plan): readonly NftSet[] {
	return FAMILIES.filter((family) => plan.managed[family]).flatMap((family) => [
		...buildStickySets(plan.rules, family),
		...plan.sets.map((set) => buildNftSet(set, family)),
	]);
}

const RESET_SETS: readonly NftSet[] = FAMILIES.map((family) => ({
	kind: "set",
	name: `reset${family}`,
	definition: [
		`type ipv${family}_addr . ipv${family}_addr . inet_service . inet_service`,
		"flags timeout",
		"timeout 60s",
	],
	elements: new Map(),
}));

function hex(mask: number): string {
	return renderMark(mask);
}

function setMark(key: "meta" | "ct", plan: Plan, mark: number): string {
	return `${key} mark set ${key} mark & ${hex(invertMask(plan.markMask))} | ${hex(mark)}`;
}

function nfproto(family: Family): string {
	return family === 4 ? "ipv4" : "ipv6";
}

/** Per family and device of every uplink, an element that goes to `chain`. */
function deviceElements(
	plan: Plan,
	chain: (uplink: PlanUplink, family: Family) => string,
): ReadonlyMap<string, string> {
	const elements = new Map<string, string>();
	for (const uplink of plan.uplinks) {
		for (const family of FAMILIES) {
			const device = uplink.devices[family];
			if (device !== null && !isSharedIn(uplink, family))
				elements.set(`${nfproto(family)} . "${device}"`, `goto ${chain(uplink, family)}`);
		}
	}
	return elements;
}

const knownMaps = new Remembered<readonly NftSet[]>();

function buildMaps(plan: Plan): readonly NftSet[] {
	const inputs = plan.uplinks.flatMap((uplink) => {
		const { id, mark, devices } = uplink;
		return [id, mark, devices[4], devices[6], uplink.shared, ...boundPrefixes(uplink)];
	});
	return knownMaps.get(inputs, () => composeMaps(plan));
}

function composeMaps(plan: Plan): readonly NftSet[] {
	// With a size, nf_tables takes a hash of that size, which is faster than one that grows.
	const byDevice = ["type nf_proto . ifname : verdict", `size ${2 * (MAX_UPLINKS + 1)}`];
	const restore = new Map(plan.uplinks.map(({ id, mark }) => [hex(mark), `goto ${uplinkChain(id)}`]));
	const prefixes = new Map<string, string>();
	for (const uplink of plan.uplinks) {
		for (const prefix of boundPrefixes(uplink)) prefixes.set(prefix, `goto ${uplinkChain(uplink.id)}`);
	}
	return [
		{
			kind: "map",
			name: "owner",
			definition: byDevice,
			elements: new Map([
				...deviceElements(plan, ({ id }) => `c${id}`),
				...sharedDevices(plan).map(
					(shared) => [`ipv4 . "${shared.device}"`, `goto ${arrivalChain(shared)}`] as const,
				),
			]),
		},
		{
			kind: "map",
			name: "leaving",
			definition: byDevice,
			elements: deviceElements(plan, ({ id }) => `m${id}`),
		},
		{ kind: "map", name: "restore", definition: ["type mark : verdict"], elements: restore },
		{
			kind: "map",
			name: "prefixes",
			definition: ["type ipv6_addr : verdict", "flags interval"],
			elements: prefixes,
		},
	];
}

function buildNetworkSets(plan: Plan): readonly NftSet[] {
	return [
		networkSet(KNOWN_SOURCES, 6, plan.knownSources),
		...FAMILIES.flatMap((family) => [
			networkSet(`bypass${family}`, family, plan.bypass[family]),
			...(plan.endpoints[family].length > 0
				? [networkSet(`endpoints${family}`, family, plan.endpoints[family])]
				: []),
		]),
	];
}

function networkSet(name: string, family: Family, networks: readonly string[]): NftSet {
	return {
		kind: "set",
		name,
		definition: [`type ipv${family}_addr`, "flags interval"],
		elements: new Map(networks.map((network) => [network, ""])),
	};
}

/** What an uplink's chains are stays while the uplink does. */
const knownChains = new Attached<
	PlanUplink,
	{ readonly mask: number; readonly chains: readonly NftChain[] }
>();

function buildAllUplinkChains(plan: Plan): readonly NftChain[] {
	return plan.uplinks.flatMap((uplink) => {
		const known = knownChains.get(uplink);
		if (known?.mask === plan.markMask) return known.chains;
		const chains = composeUplinkChains(plan, uplink);
		knownChains.set(uplink, { mask: plan.markMask, chains });
		return chains;
	});
}

function composeUplinkChains(plan: Plan, uplink: PlanUplink): readonly NftChain[] {
	const { id, mark, name } = uplink;
	const comment = `comment "${renderComment("uplink", name)}"`;
	const unowned = `ct mark & ${hex(plan.markMask)} == 0`;
	const owned = `${unowned} ${setMark("ct", plan, mark)} ${comment}`;
	const marked = `${setMark("meta", plan, mark)} ${setMark("ct", plan, mark)} ${comment}`;
	const chains = [
		{ name: uplinkChain(id), hook: null, rules: [marked] },
		{ name: `c${id}`, hook: null, rules: [owned] },
	];
	const leaving = FAMILIES.filter((family) => isLeaving(uplink, family));
	if (leaving.length === 0) return chains;
	return [...chains, { name: `m${id}`, hook: null, rules: [owned, ...masqueradeRules(uplink, leaving)] }];
}

/** A device with several uplinks has chains of its own. */
function isLeaving(uplink: PlanUplink, family: Family): boolean {
	return uplink.devices[family] !== null && !isSharedIn(uplink, family);
}

/** A local source that is not this uplink's must not leave by it as it is. A rule for each network: sets take longer to load. */
function masqueradeRules(uplink: PlanUplink, families: readonly Family[]): readonly string[] {
	const own = (networks: readonly string[], family: Family): readonly string[] =>
		mergeNetworks(networks, family).map(
			(network) => `${family === 4 ? "ip" : "ip6"} saddr ${network} return`,
		);
	return [
		...(families.includes(4) ? own(uplink.addresses[4], 4) : []),
		...(families.includes(6) ? own([...uplink.addresses[6], ...uplink.prefixes], 6) : []),
		"fib saddr type local masquerade",
		...(families.includes(6) ? translationRules(uplink.translation) : []),
	];
}

/** Sources are as they should be where no rule, no tunnel and no translation chose another way than the first. */
function sparedRules(plan: Plan, managed: readonly Family[]): readonly string[] {
	const unmarked = `meta mark & ${hex(plan.markMask)} == 0`;
	const conditions = managed.map((family) => [
		...(plan.endpoints[family].length > 0
			? [`${family === 4 ? "ip" : "ip6"} daddr != @endpoints${family}`]
			: []),
		...(plan.standIns[family].length > 0 ? ["ct status & dnat == 0"] : []),
	]);
	if (conditions.every(({ length }) => length === 0)) return [`${unmarked} goto spared`];
	return managed.map((family, index) =>
		[`meta nfproto ${nfproto(family)}`, unmarked, ...(conditions[index] ?? []), "goto spared"].join(" "),
	);
}

/** Other hosts' sources. What is meant for local addresses, behind a tunnel, can be answered to as it is. */
function translationRules(translation: PlanTranslation): readonly string[] {
	if (translation.kind === "none") return [];
	const local = `ip6 daddr ${UNIQUE_LOCAL} return`;
	if (translation.kind === "prefix") return [local, `snat ip6 prefix to ${translation.to}`];
	const { sources } = translation;
	return [local, sources === "all" ? "masquerade" : `ip6 saddr @${KNOWN_SOURCES} masquerade`];
}

function buildFamilyChains(plan: Plan, family: Family, steps: readonly RuleStep[]): readonly NftChain[] {
	const ip = family === 4 ? "ip" : "ip6";
	const chains = [
		...buildTargetChains(plan, family),
		...buildStickyChains(plan, plan.rules, family),
		...buildRuleChains(plan.rules, family),
	];
	const rules = steps.map((step) => renderStep(step, family));
	if (rules.length > 0) {
		const bypassed = `${ip} daddr @bypass${family} return`;
		// Which uplink it will leave by is not known yet.
		const unowned = `ct mark set ct mark & ${hex(invertMask(plan.markMask))}`;
		chains.push({ name: `rules${family}`, hook: null, rules });
		chains.push({ name: `own${family}`, hook: null, rules: [bypassed, `jump rules${family}`, unowned] });
	}
	const home = homeNetworks(plan, family);
	chains.push({
		name: `clear${family}`,
		hook: null,
		rules: home.length > 0 ? [clearMark(plan), OWNED] : [clearMark(plan)],
	});
	chains.push({
		name: `new${family}`,
		hook: null,
		rules: [
			[...home.map((network) => `${ip} saddr != ${network}`), OWNED].join(" "),
			...(family === 4 ? questions4(plan) : questions6(plan)),
			...decisions(plan, family, steps, rules),
			`goto ${targetChain(plan.defaultTarget, family)}`,
		],
	});
	return chains;
}

const OWNED = "meta nfproto . iifname vmap @owner";

/** More comparisons than this take longer than the look into the map that they save. */
const MOST_HOMES = 2;

/** Whose packets to the Internet did not come in by an uplink, so that it need not be looked up. */
function homeNetworks(plan: Plan, family: Family): readonly string[] {
	if (family === 6) return [];
	const addresses = plan.uplinks.flatMap((uplink) => uplink.addresses[family]);
	const isHome = (network: string): boolean =>
		isPrivate(network) && !addresses.some((address) => contains(network, address));
	return plan.bypass[family].filter(isHome).slice(0, MOST_HOMES);
}

function isPrivate(network: string): boolean {
	return PRIVATE_NETWORKS.some((outer) => contains(outer, network));
}

function contains(outer: string, inner: string): boolean {
	const [one, other] = [parseNetwork(outer), parseNetwork(inner)];
	return one !== null && other !== null && networkContains(one, other);
}

function clearMark(plan: Plan): string {
	return `meta mark set meta mark & ${hex(invertMask(plan.markMask))}`;
}

/** Local addresses, connected and static networks, VPNs and what is to be bypassed all lead elsewhere. */
function questions4(plan: Plan): readonly string[] {
	return [setMark("meta", plan, plan.notrackMark), 'fib daddr . mark oif != "lo" goto clear4'];
}

function questions6(plan: Plan): readonly string[] {
	return [
		"icmpv6 type 133-137 return",
		"ip6 daddr @bypass6 return",
		NOT_ROUTED,
		// With the mark for which there is no route to the Internet, only connected, static and VPN routes are found.
		setMark("meta", plan, plan.verdictMarks.unreachable),
		"fib daddr . mark oif exists goto clear6",
		"ip6 saddr vmap @prefixes",
	];
}

/** Maps lead on by themselves; after single rules it is to be seen whether one has, and they may look at marks. */
function decisions(
	plan: Plan,
	family: Family,
	steps: readonly RuleStep[],
	rules: readonly string[],
): readonly string[] {
	const isSticky = plan.rules.some(({ sticky }) => sticky !== null);
	if (rules.length === 0) return [];
	if (!isSticky && steps.every((step) => "map" in step)) return rules;
	const chosen = `meta mark & ${hex(plan.markMask)} != 0 return`;
	return [clearMark(plan), `jump rules${family}`, chosen];
}

function renderStep(step: RuleStep, family: Family): string {
	return "map" in step ? `${step.selectors} vmap @${step.map.name}` : renderNftRule(step.rule, family);
}

const NOT_ROUTED = "fib daddr type { local, broadcast, multicast } return";

function lead(families: readonly Family[], chain: string): readonly string[] {
	return families.map((family) => `meta nfproto ${nfproto(family)} goto ${chain}${family}`);
}

function buildHooks(plan: Plan): readonly NftChain[] {
	const managed = FAMILIES.filter((family) => plan.managed[family]);
	const heavy = renderHeavyRules(plan.sets, managed);
	return [
		...buildArrivalHook(plan, managed),
		buildOutputHook(plan, managed),
		...(heavy.length === 0
			? []
			: [
					{
						name: "postrouting",
						hook: "type filter hook postrouting priority mangle; policy accept;",
						rules: heavy,
					},
				]),
		{
			name: "spared",
			hook: null,
			rules: [`ct mark & ${hex(plan.markMask)} == 0 meta nfproto . oifname vmap @owner`],
		},
		{
			name: "nat_postrouting",
			hook: "type nat hook postrouting priority srcnat - 1; policy accept;",
			rules: [
				...sharedLeavingRules(plan),
				// Forwarded: its mark was set when it came in. The router's own packets have not come in.
				`meta nfproto ipv4 iif != "lo" ct mark & ${hex(plan.markMask)} != 0 return`,
				...sparedRules(plan, managed),
				// Link-local ones never get an answer from afar.
				...(managed.includes(6) ? ["ip6 saddr fe80::/10 goto spared"] : []),
				"meta nfproto . oifname vmap @leaving",
			],
		},
		{
			name: "nat_output",
			hook: "type nat hook output priority -100; policy accept;",
			rules: [
				`meta mark & ${hex(plan.markMask)} != 0 return`,
				...managed.flatMap((family) => standInRules(plan, family)),
			],
		},
		...(plan.resetConnections ? [untrackedHook(plan)] : []),
	];
}

function buildArrivalHook(plan: Plan, managed: readonly Family[]): readonly NftChain[] {
	const mask = hex(plan.markMask);
	const resets = plan.resetConnections;
	return [
		...(resets ? [{ name: "resume", hook: null, rules: RESETS }] : []),
		{
			name: "known",
			hook: null,
			rules: [...(resets ? ["ct state invalid jump resume"] : []), OWNED],
		},
		{
			name: "prerouting",
			hook: "type filter hook prerouting priority dstnat + 5; policy accept;",
			rules: [
				// Where nobody else has bits in the mark, ours can be taken as they are.
				`meta mark 0 ct mark & ${mask} != 0 meta mark set ct mark & ${mask} accept`,
				`meta mark != 0 ct mark & ${mask} vmap @restore`,
				"ct state != new goto known",
				// The rest of a connection that ended with its uplink.
				...(resets ? ["tcp flags & syn == 0 jump resume"] : []),
				...lead(managed, "new"),
			],
		},
	];
}

function buildOutputHook(plan: Plan, managed: readonly Family[]): NftChain {
	const mask = hex(plan.markMask);
	const ruled = managed.filter((family) => plan.rules.some((rule) => rule.match.families.includes(family)));
	const toEndpoint = managed
		.filter((family) => plan.endpoints[family].length > 0)
		.map((family) => `${family === 4 ? "ip" : "ip6"} daddr @endpoints${family} return`);
	return {
		name: "output",
		hook: "type route hook output priority mangle; policy accept;",
		rules: [
			'oifname "lo" return',
			`meta mark & ${mask} != 0 return`,
			...toEndpoint,
			`ct mark & ${mask} vmap @restore`,
			"ct state != new return",
			NOT_ROUTED,
			...lead(ruled, "own"),
		],
	};
}

/** Of queries that would leave by an uplink: a name server at home is nobody's but its owner's. */
function standInRules(plan: Plan, family: Family): readonly string[] {
	const devices = plan.uplinks.flatMap(({ devices }) => devices[family] ?? []);
	if (devices.length === 0) return [];
	const leaving = `oifname { ${devices.map((device) => `"${device}"`).join(", ")} }`;
	const ip = family === 4 ? "ip" : "ip6";
	return plan.standIns[family].map(
		({ from, to }) => `${leaving} ${ip} daddr ${from} meta l4proto { 6, 17 } th dport 53 dnat ${ip} to ${to}`,
	);
}

const RESETS: readonly string[] = FAMILIES.map((family) => {
	const ip = family === 4 ? "ip" : "ip6";
	return `${ip} saddr . ${ip} daddr . tcp sport . tcp dport @reset${family} reject with tcp reset`;
});

function untrackedHook(plan: Plan): NftChain {
	return {
		name: "raw_output",
		hook: "type filter hook output priority raw; policy accept;",
		rules: [`meta mark & ${hex(plan.markMask)} == ${hex(plan.notrackMark)} notrack`],
	};
}

import { isInside } from "../../address.ts";
import type { Family } from "../../family.ts";
import type { Plan } from "../../plan/plan.ts";
import { PRIVATE_NETWORKS } from "../../plan/private-network.ts";
import { invertMask, renderMark } from "../mark.ts";
import { targetChain } from "./chain-name.ts";
import { buildRuleChains, renderNftRule } from "./rule.ts";
import type { RuleStep } from "./rule-map.ts";
import type { NftChain } from "./ruleset.ts";
import { buildStickyChains } from "./sticky.ts";
import { buildTargetChains } from "./target.ts";
import { clearMark, ipWord, setMark } from "./word.ts";

/** A packet that came in by an uplink makes its connection that uplink's. */
export const OWNED = "meta nfproto . iifname vmap @owner";

/** What stays on this host or on its networks. */
export const NOT_ROUTED = "fib daddr type { local, broadcast, multicast } return";

/** Where the way of what comes from a network at home is decided, and of all else that did not come in by an uplink. */
const HOME_CHAIN = "home4";

/** More comparisons than this take longer than the look into the map that they save. */
const MOST_HOMES = 2;

/**
 * Where the first packet of a connection goes in one family: `new4` what came in, `own4` what the router itself sends.
 * `steps`: the rules in their order, those that a map can stand for as maps.
 */
export function buildNewConnectionChains(
	plan: Plan,
	family: Family,
	steps: readonly RuleStep[],
): readonly NftChain[] {
	const ip = ipWord(family);
	const chains = [
		...buildTargetChains(plan, family),
		...buildStickyChains(plan, plan.rules, family),
		...buildRuleChains(plan.rules, family),
	];
	const rules = steps.map((step) => renderStep(step, family));
	if (rules.length > 0) {
		const bypassed = `${ip} daddr @bypass${family} return`;
		// Which uplink it will leave by is not known yet.
		const unowned = `ct mark set ct mark & ${renderMark(invertMask(plan.markMask))}`;
		chains.push({ name: `rules${family}`, hook: null, rules });
		chains.push({ name: `own${family}`, hook: null, rules: [bypassed, `jump rules${family}`, unowned] });
	}
	const isHomeKnown = family === 4 && homeNetworks(plan).length > 0;
	chains.push({
		name: `clear${family}`,
		hook: null,
		rules: isHomeKnown ? [clearMark(plan), OWNED] : [clearMark(plan)],
	});
	const deciding = [
		...(family === 4 ? questions4(plan) : questions6(plan)),
		...decisions(plan, family, steps, rules),
		`goto ${targetChain(plan.defaultTarget, family)}`,
	];
	if (isHomeKnown) chains.push({ name: HOME_CHAIN, hook: null, rules: deciding });
	const others = isHomeKnown ? [`goto ${HOME_CHAIN}`] : deciding;
	chains.push({ name: `new${family}`, hook: null, rules: [OWNED, ...others] });
	return chains;
}

/** What comes from home skips the question which uplink it came in by: it is asked where such a packet is not for the Internet. */
export function homeRules(plan: Plan): readonly string[] {
	return plan.managed[4]
		? homeNetworks(plan).map((network) => `${renderSource(network)} goto ${HOME_CHAIN}`)
		: [];
}

/** Whose packets to the Internet did not come in by an uplink, so that it need not be looked up. */
function homeNetworks(plan: Plan): readonly string[] {
	const addresses = plan.uplinks.flatMap((uplink) => uplink.addresses[4]);
	const isHome = (network: string): boolean =>
		PRIVATE_NETWORKS.some((outer) => isInside(network, outer)) &&
		!addresses.some((address) => isInside(address, network));
	return plan.bypass[4].filter(isHome).slice(0, MOST_HOMES);
}

/** With a mask: for a /24 nft would take the first three bytes of the address, which the kernel does slower than four. */
function renderSource(network: string): string {
	const [address = "", length = "32"] = network.split("/");
	return `ip saddr & ${maskOfLength(Number(length))} == ${address}`;
}

function maskOfLength(length: number): string {
	const bits = (2 ** 32 - 2 ** (32 - length)) >>> 0;
	return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join(".");
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
	const chosen = `meta mark & ${renderMark(plan.markMask)} != 0 return`;
	return [clearMark(plan), `jump rules${family}`, chosen];
}

function renderStep(step: RuleStep, family: Family): string {
	return "map" in step ? `${step.selectors} vmap @${step.map.name}` : renderNftRule(step.rule, family);
}

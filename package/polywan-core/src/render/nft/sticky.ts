import type { Family } from "../../family.ts";
import type { Plan, PlanRule, PlanSticky, PlanUplink } from "../../plan/plan.ts";
import { MOST_SET_ENTRIES } from "../../plan/set-limit.ts";
import { invertMask, renderMark } from "../mark.ts";
import { targetChain, uplinkChain } from "./chain-name.ts";
import { renderValues } from "./condition.ts";
import type { NftChain, NftSet } from "./ruleset.ts";
import { ipWord } from "./word.ts";

/**
 * Which uplink a source has: filled by packets, and never touched by a change of the rules. Its time stands in the rules, as
 * a definition cannot change. For pairs of source and destination a set for each uplink: nft 1.0 has no room for two IPv6
 * addresses and a value.
 */
export function buildStickySets(rules: readonly PlanRule[], family: Family): readonly NftSet[] {
	const address = `ipv${family}_addr`;
	const common = [`size ${MOST_SET_ENTRIES}`, "flags dynamic,timeout"];
	return stickyRules(rules, family).flatMap(({ kernelName, sticky }): NftSet[] => {
		if (sticky.key === "source")
			return [
				{
					kind: "map",
					name: mapName(kernelName, family),
					definition: [`type ${address} : mark`, ...common],
					elements: new Map(),
				},
			];
		return sticky.uplinks[family].map((id) => ({
			kind: "set",
			name: setName(kernelName, id, family),
			definition: [`type ${address} . ${address}`, ...common],
			elements: new Map(),
		}));
	});
}

/** Chains that a sticky rule's own chain ends with. */
export function buildStickyChains(
	plan: Plan,
	rules: readonly PlanRule[],
	family: Family,
): readonly NftChain[] {
	return stickyRules(rules, family).flatMap((rule) =>
		rule.sticky.key === "source"
			? buildSourceChains(plan, rule, family)
			: [buildPairChain(plan, rule, family)],
	);
}

/**
 * The map's value can only be taken into a mark as a whole, so that of the packet is taken where nobody else has bits in
 * it, else that of the connection, which is new.
 */
function buildSourceChains(plan: Plan, rule: StickyRule, family: Family): readonly NftChain[] {
	const { kernelName, sticky, target } = rule;
	const mask = renderMark(plan.markMask);
	const foreign = renderMark(invertMask(plan.markMask));
	const map = `@${mapName(kernelName, family)}`;
	const key = `${ipWord(family)} saddr`;
	const timed = `${key} timeout ${sticky.timeoutS}s`;
	const uplinks = stickyUplinks(plan, rule, family);
	const verdicts = uplinks.map(({ id, mark }) => `${renderMark(mark)} : goto ${uplinkChain(id)}`);
	const look = (kind: "meta" | "ct"): readonly string[] => [
		`${kind} mark set ${key} map ${map}`,
		`${kind} mark & ${mask} != 0 update ${map} { ${timed} : ${kind} mark & ${mask} }`,
		`${kind} mark & ${mask} vmap { ${verdicts.join(", ")} }`,
		`${kind} mark set 0x00000000`,
		`goto ${kernelName}n_${family}`,
	];
	const marks = uplinks.map(({ mark }) => renderMark(mark));
	const choose = [
		`delete ${map} { ${key} : meta mark }`,
		`jump ${targetChain(target, family)}`,
		`meta mark & ${mask} ${renderValues(marks)} update ${map} { ${timed} : meta mark & ${mask} }`,
	];
	const begin = [
		`meta mark & ${foreign} == 0 goto ${kernelName}m_${family}`,
		`ct mark & ${foreign} == 0 goto ${kernelName}c_${family}`,
		`goto ${targetChain(target, family)}`,
	];
	const parts = { n: choose, c: look("ct"), m: look("meta"), s: begin };
	return Object.entries(parts).map(([part, lines]) => ({
		name: `${kernelName}${part}_${family}`,
		hook: null,
		rules: lines,
	}));
}

function buildPairChain(plan: Plan, rule: StickyRule, family: Family): NftChain {
	const { kernelName, sticky, target } = rule;
	const mask = renderMark(plan.markMask);
	const ip = ipWord(family);
	const key = `${ip} saddr . ${ip} daddr`;
	const timed = `{ ${key} timeout ${sticky.timeoutS}s }`;
	const uplinks = stickyUplinks(plan, rule, family);
	return {
		name: `${kernelName}s_${family}`,
		hook: null,
		rules: [
			...uplinks.map(({ id }) => {
				const set = `@${setName(kernelName, id, family)}`;
				return `${key} ${set} update ${set} ${timed} goto ${uplinkChain(id)}`;
			}),
			`jump ${targetChain(target, family)}`,
			...uplinks.map(({ id, mark }) => {
				const set = `@${setName(kernelName, id, family)}`;
				return `meta mark & ${mask} == ${renderMark(mark)} update ${set} ${timed}`;
			}),
		],
	};
}

function stickyUplinks(plan: Plan, { sticky }: StickyRule, family: Family): readonly PlanUplink[] {
	return plan.uplinks.filter(({ id }) => sticky.uplinks[family].includes(id));
}

type StickyRule = PlanRule & { readonly sticky: PlanSticky };

/** Whether there is anything to stay on. */
export function isSticky(rule: PlanRule, family: Family): boolean {
	return (rule.sticky?.uplinks[family].length ?? 0) > 0;
}

function stickyRules(rules: readonly PlanRule[], family: Family): readonly StickyRule[] {
	const named = new Map<string, StickyRule>();
	for (const rule of rules) {
		const { sticky } = rule;
		if (sticky === null || !rule.match.families.includes(family) || !isSticky(rule, family)) continue;
		named.set(rule.kernelName, { ...rule, sticky });
	}
	return [...named.values()];
}

function mapName(kernelName: string, family: Family): string {
	return `k${kernelName.slice(1)}_${family}`;
}

function setName(kernelName: string, uplink: number, family: Family): string {
	return `q${kernelName.slice(1)}_${uplink}_${family}`;
}

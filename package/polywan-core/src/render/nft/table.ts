import { FAMILIES, perFamily } from "../../family.ts";
import type { Plan } from "../../plan/plan.ts";
import { Attached } from "../../remember.ts";
import { buildHooks } from "./hook.ts";
import { buildLimitChains, buildLimitHooks, buildLimitMaps } from "./limit.ts";
import { buildNewConnectionChains } from "./new-connection.ts";
import { RESET_SETS } from "./reset.ts";
import { groupRules } from "./rule-map.ts";
import type { NftRuleset, NftSet } from "./ruleset.ts";
import { renderRuleset } from "./ruleset.ts";
import { buildNetworkSets, buildNftSet } from "./set.ts";
import { buildShareMaps } from "./share.ts";
import { buildSharedChains } from "./shared-device.ts";
import { buildStickySets } from "./sticky.ts";
import { buildVerdictChains } from "./target.ts";
import { buildUplinkChains } from "./uplink.ts";
import { buildUplinkMaps } from "./uplink-map.ts";

export const NFT_TABLE = "polywan";

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
			...buildUplinkMaps(plan),
			...buildNetworkSets(plan),
			...buildShareMaps(plan),
			...buildRuleSets(plan),
			...ruleMaps,
			...buildLimitMaps(plan),
			...resets,
		],
		chains: [
			...buildUplinkChains(plan),
			...buildSharedChains(plan),
			...buildVerdictChains(plan),
			...FAMILIES.flatMap((family) =>
				plan.managed[family] ? buildNewConnectionChains(plan, family, steps[family]) : [],
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

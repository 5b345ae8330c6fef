import type { Family } from "../../family.ts";
import { FAMILIES } from "../../family.ts";
import { mergeNetworks } from "../../plan/network-list.ts";
import type { Plan, PlanTranslation, PlanUplink } from "../../plan/plan.ts";
import { isSharedIn } from "../../plan/shared-device.ts";
import { UNIQUE_LOCAL } from "../../plan/translation.ts";
import { Attached } from "../../remember.ts";
import { renderComment, renderMark } from "../mark.ts";
import { leavingChain, owningChain, uplinkChain } from "./chain-name.ts";
import type { NftChain } from "./ruleset.ts";
import { KNOWN_SOURCES } from "./set.ts";
import { ipWord, setMark } from "./word.ts";

/** What an uplink's chains are stays while the uplink does. */
const knownChains = new Attached<
	PlanUplink,
	{ readonly mask: number; readonly chains: readonly NftChain[] }
>();

/** For each uplink: what makes a packet its own, what makes a connection its own, and how what leaves by it looks. */
export function buildUplinkChains(plan: Plan): readonly NftChain[] {
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
	const unowned = `ct mark & ${renderMark(plan.markMask)} == 0`;
	const owned = `${unowned} ${setMark("ct", plan, mark)} ${comment}`;
	const marked = `${setMark("meta", plan, mark)} ${setMark("ct", plan, mark)} ${comment}`;
	const chains = [
		{ name: uplinkChain(id), hook: null, rules: [marked] },
		{ name: owningChain(id), hook: null, rules: [owned] },
	];
	const leaving = FAMILIES.filter((family) => isLeaving(uplink, family));
	if (leaving.length === 0) return chains;
	return [
		...chains,
		{ name: leavingChain(id), hook: null, rules: [owned, ...masqueradeRules(uplink, leaving)] },
	];
}

/** A device with several uplinks has chains of its own. */
function isLeaving(uplink: PlanUplink, family: Family): boolean {
	return uplink.devices[family] !== null && !isSharedIn(uplink, family);
}

/** A local source that is not this uplink's must not leave by it as it is. A rule for each network: sets take longer to load. */
function masqueradeRules(uplink: PlanUplink, families: readonly Family[]): readonly string[] {
	const own = (networks: readonly string[], family: Family): readonly string[] =>
		mergeNetworks(networks, family).map((network) => `${ipWord(family)} saddr ${network} return`);
	return [
		...(families.includes(4) ? own(uplink.addresses[4], 4) : []),
		...(families.includes(6) ? own([...uplink.addresses[6], ...uplink.prefixes], 6) : []),
		"fib saddr type local masquerade",
		...(families.includes(6) ? translationRules(uplink.translation) : []),
	];
}

/** Other hosts' sources. What is meant for local addresses, behind a tunnel, can be answered to as it is. */
function translationRules(translation: PlanTranslation): readonly string[] {
	if (translation.kind === "none") return [];
	const local = `ip6 daddr ${UNIQUE_LOCAL} return`;
	if (translation.kind === "prefix") return [local, `snat ip6 prefix to ${translation.to}`];
	const { sources } = translation;
	return [local, sources === "all" ? "masquerade" : `ip6 saddr @${KNOWN_SOURCES} masquerade`];
}

import type { Member } from "../config/model.ts";

/** How an uplink is to be treated in policies besides whether it works. */
export type Standing =
	| "normal"
	/** Only where nothing else works. */
	| "demoted"
	/** With a quarter of its weight. */
	| "deweighted";

/** Behind every tier that can be written. */
const LAST_TIERS = 1000;
const DEWEIGHTED_PARTS = 4;

/**
 * Members with the tier and weight their standing gives them. Without a demoted one last, and in modes without tiers, demoted ones are
 * left out while another is there.
 */
export function adjustMembers(
	members: readonly Member[],
	standingOf: (uplink: string) => Standing,
	hasTiers: boolean,
): readonly Member[] {
	const standings = members.map(({ uplink }) => standingOf(uplink));
	if (standings.every((standing) => standing === "normal")) return members;
	const someDeweighted = standings.includes("deweighted");
	const adjusted = members.map((member, index) => {
		const standing = standings[index];
		const weight =
			someDeweighted && standing !== "deweighted" ? member.weight * DEWEIGHTED_PARTS : member.weight;
		return { ...member, weight, tier: standing === "demoted" ? member.tier + LAST_TIERS : member.tier };
	});
	if (hasTiers) return adjusted;
	const others = adjusted.filter((_, index) => standings[index] !== "demoted");
	return others.length > 0 ? others : adjusted;
}

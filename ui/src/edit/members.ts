import {
	addSection,
	type ConfigPackage,
	type ConfigSection,
	deleteSection,
	freeName,
	moveSection,
	sectionsOf,
	setOption,
	textOf,
} from "./config.ts";

/** An uplink's place in a policy, as it is written or as it follows from the uplink's own options. */
export interface PlacedMember {
	readonly uplink: string;
	readonly tier: number;
	readonly weight: number;
	/** Null: the policy takes every uplink as it is. */
	readonly section: ConfigSection | null;
}

export function membersOf(config: ConfigPackage, policy: string): readonly ConfigSection[] {
	return sectionsOf(config, "member").filter((member) => textOf(member, "policy") === policy);
}

export function placeMembers(config: ConfigPackage, policy: string): PlacedMember[] {
	const uplinks = sectionsOf(config, "uplink");
	const members = membersOf(config, policy);
	const number = (section: ConfigSection | undefined, option: string, otherwise: number) => {
		const value = Number(section === undefined ? Number.NaN : (textOf(section, option) ?? Number.NaN));
		return Number.isNaN(value) ? otherwise : value;
	};
	if (members.length === 0)
		return uplinks.map((uplink) => ({
			uplink: uplink.name,
			tier: number(uplink, "tier", 1),
			weight: number(uplink, "weight", 1),
			section: null,
		}));
	return members.map((section) => {
		const uplink = textOf(section, "uplink") ?? "";
		const own = uplinks.find(({ name }) => name === uplink);
		return {
			uplink,
			tier: number(section, "tier", number(own, "tier", 1)),
			weight: number(section, "weight", number(own, "weight", 1)),
			section,
		};
	});
}

/** Writes the members of a policy that took every uplink so far. */
export function writeMembers(config: ConfigPackage, policy: string): ConfigPackage {
	return placeMembers(config, policy).reduce(
		(result, { uplink, tier, weight }) => addMember(result, policy, uplink, tier, weight),
		config,
	);
}

export function addMember(
	config: ConfigPackage,
	policy: string,
	uplink: string,
	tier: number,
	weight: number,
): ConfigPackage {
	const name = freeName(config, `${policy}_${uplink}`);
	return addSection(config, "member", name, { policy, uplink, tier: String(tier), weight: String(weight) });
}

/** From now on the policy takes every uplink as it is. */
export function clearMembers(config: ConfigPackage, policy: string): ConfigPackage {
	return membersOf(config, policy).reduce((result, { name }) => deleteSection(result, name), config);
}

/** Puts an uplink into a tier; tiers keep their numbers 1, 2, 3 … without gaps. */
export function moveToTier(
	config: ConfigPackage,
	policy: string,
	uplink: string,
	tier: number,
): ConfigPackage {
	const placed = placeMembers(config, policy).map((member) =>
		member.uplink === uplink ? { ...member, tier } : member,
	);
	const tiers = [...new Set(placed.map((member) => member.tier))].sort((a, b) => a - b);
	return placed.reduce((result, member) => {
		const value = String(tiers.indexOf(member.tier) + 1);
		const { section } = member;
		if (section === null || textOf(section, "tier") === value) return result;
		return setOption(result, section.name, "tier", value);
	}, config);
}

/** An uplink's own tier, as policies without members go by it. */
export function tierOf(uplink: ConfigSection): number {
	return Number(textOf(uplink, "tier")) || 1;
}

/** Gives an uplink another tier of its own; tiers keep their numbers 1, 2, 3 … without gaps. */
export function moveUplinkToTier(config: ConfigPackage, name: string, tier: number): ConfigPackage {
	const placed = sectionsOf(config, "uplink").map((uplink) => ({
		uplink,
		tier: uplink.name === name ? tier : tierOf(uplink),
	}));
	const tiers = [...new Set(placed.map((each) => each.tier))].sort((a, b) => a - b);
	return placed.reduce((result, { uplink, tier: wanted }) => {
		const place = tiers.indexOf(wanted) + 1;
		if (tierOf(uplink) === place) return result;
		return setOption(result, uplink.name, "tier", place === 1 ? "" : String(place));
	}, config);
}

/** A copy of a policy, with its members, behind it. */
export function duplicatePolicy(config: ConfigPackage, policy: ConfigSection): ConfigPackage {
	const name = freeName(config, `${policy.name}_copy`);
	const added = addSection(config, "policy", name, Object.fromEntries(policy.options));
	const copy = moveSection(added, name, policy.name, true);
	return membersOf(config, policy.name).reduce((result, { options }) => {
		const member = freeName(result, `${name}_${String(options.get("uplink"))}`);
		return addSection(result, "member", member, { ...Object.fromEntries(options), policy: name });
	}, copy);
}

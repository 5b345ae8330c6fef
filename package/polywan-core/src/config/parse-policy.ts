import { withKnownCapacity } from "./capacity.ts";
import type { LastResort, Member, Policy, PolicyMode, Uplink } from "./model.ts";
import type { SectionType } from "./option-schema.ts";
import { parseSchedule } from "./parse-uplink.ts";
import { RESERVED_NAMES } from "./schema.ts";
import type { SectionReader } from "./section-reader.ts";
import { renderSuggestion } from "./suggestion.ts";

/** Name of the policy used where no policy is written: failover over all uplinks. */
const BUILT_IN_POLICY = "failover";

/** Whether the section's name can be that of a target; a problem when not. */
export function hasTargetName(reader: SectionReader, type: SectionType): boolean {
	if (reader.anonymous) {
		reader.report(null, null, `needs a name: config ${type} 'name'; it is left out`);
		return false;
	}
	if (!RESERVED_NAMES.includes(reader.name)) return true;
	reader.report(
		null,
		null,
		`cannot be called '${reader.name}', which is a target of its own; it is left out`,
	);
	return false;
}

export function parsePolicies(
	readers: readonly SectionReader[],
	uplinks: readonly Uplink[],
): readonly Policy[] {
	const policies: Policy[] = [];
	for (const reader of readers) {
		if (!hasTargetName(reader, "policy")) continue;
		if (uplinks.some((uplink) => uplink.name === reader.name)) {
			reader.report(
				null,
				null,
				`has the name of uplink '${reader.name}': targets could not tell them apart; the policy is left out`,
			);
			continue;
		}
		const mode = reader.string("mode") as PolicyMode;
		policies.push({
			name: reader.name,
			mode,
			members: [],
			lastResort: reader.string("last_resort") as LastResort,
			...scheduleOf(reader),
			overflowPercent: reader.number("overflow_at"),
		});
	}
	return policies;
}

function scheduleOf(reader: SectionReader): Pick<Policy, "schedule"> {
	const schedule = parseSchedule(reader);
	return schedule.length === 0 ? {} : { schedule };
}

/** Policies with the members written for them; one for which none was written gets every enabled uplink. */
export function withMembers(
	policies: readonly Policy[],
	readers: readonly SectionReader[],
	uplinks: readonly Uplink[],
	policyReaders: readonly SectionReader[],
): Policy[] {
	const members = new Map<string, Member[]>();
	for (const reader of readers) {
		const policy = existingName(reader, "policy", policies);
		if (policy !== null && !members.has(policy)) members.set(policy, []);
		const uplink = existingName(reader, "uplink", uplinks);
		if (policy === null || uplink === null) continue;
		const siblings = members.get(policy) ?? [];
		if (siblings.some((member) => member.uplink === uplink)) {
			reader.report("uplink", uplink, `is a member of policy '${policy}' already; this member is left out`);
			continue;
		}
		const own = uplinks.find((candidate) => candidate.name === uplink);
		const tier = reader.numberOrNull("tier") ?? own?.tier ?? 1;
		siblings.push({ uplink, tier, weight: reader.numberOrNull("weight") ?? own?.weight ?? 1 });
	}
	return policies.map((policy) => {
		const complete = { ...policy, members: members.get(policy.name) ?? allMembers(uplinks) };
		return withKnownCapacity(complete, uplinks, policyReaders);
	});
}

function existingName(
	reader: SectionReader,
	option: "policy" | "uplink",
	known: readonly { readonly name: string }[],
): string | null {
	const name = reader.stringOrNull(option);
	if (name === null) {
		if (!reader.has(option)) reader.report(option, null, "is missing; the member is left out");
		return null;
	}
	const names = known.map((section) => section.name);
	if (names.includes(name)) return name;
	const which = option === "policy" ? "a policy" : "an uplink";
	const there = names.length === 0 ? "there is none" : `there are ${names.join(", ")}`;
	reader.report(
		option,
		name,
		`must be ${which}${renderSuggestion(name, names)}; ${there}; the member is left out`,
	);
	return null;
}

function allMembers(uplinks: readonly Uplink[]): readonly Member[] {
	return uplinks.map(({ name, tier, weight }) => ({ uplink: name, tier, weight }));
}

/** The policy where none is written. */
export function builtInPolicy(uplinks: readonly Uplink[]): Policy {
	let name = BUILT_IN_POLICY;
	while (uplinks.some((uplink) => uplink.name === name)) name += "_";
	return {
		name,
		mode: "failover",
		members: allMembers(uplinks),
		lastResort: "unreachable",
		overflowPercent: 80,
	};
}

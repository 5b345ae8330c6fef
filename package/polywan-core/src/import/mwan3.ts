import type { UciPackage } from "uci-parser/config";
import type { SectionSchema } from "../config/option-schema.ts";
import { RESERVED_NAMES, SCHEMA } from "../config/schema.ts";
import { type Draft, KnownOptions } from "./draft.ts";
import { chooseDefault } from "./mwan3-default.ts";
import { convertGlobals } from "./mwan3-globals.ts";
import { findPairs, mergePair, nameInterfaces } from "./mwan3-pairs.ts";
import { buildPolicy, readMembers, readPolicy, type SourcePolicy } from "./mwan3-policy.ts";
import { type ConvertedRule, convertRule } from "./mwan3-rule.ts";
import { NamedSets } from "./mwan3-set.ts";
import { convertInterface } from "./mwan3-uplink.ts";
import type { ImportNote } from "./note.ts";
import { buildPackage, settle } from "./settle.ts";
import { SourceSection } from "./source-section.ts";

/** A configuration made of a foreign one. */
export interface Imported {
	/** For /etc/config/polywan. */
	readonly config: UciPackage;
	/** What became of every option and section, in the order of the foreign file's sections. */
	readonly notes: readonly ImportNote[];
}

const TYPES = ["globals", "interface", "member", "policy", "rule", "ipset"];

/**
 * mwan3's configuration as polywan's, with the meaning mwan3 gives it, defaults included. Uses the options `schema` has; whatever has
 * no counterpart is in the notes.
 */
export function importMwan3(pkg: UciPackage, schema: readonly SectionSchema[] = SCHEMA): Imported {
	const notes: ImportNote[] = [];
	const known = new KnownOptions(schema);
	const sections = pkg.sections.map((section) => new SourceSection(section, notes));
	const ofType = (type: string): readonly SourceSection[] =>
		sections.filter((section) => section.type === type);
	const converted = ofType("interface").map((section) => convertInterface(section, known));
	const policies = readPolicies(ofType("policy"), ofType("member"), converted);
	const pairs = findPairs(converted, policies);
	const { uplinks, uplinkOf } = mergePairs(converted, pairs, notes);
	const targets = nameTargets(policies, uplinks);
	const [globalsSection, ...otherGlobals] = ofType("globals");
	for (const other of otherGlobals)
		other.dismiss(`only the first globals section counts, and that is '${globalsSection?.name}'`);
	const globals = convertGlobals(globalsSection ?? null, uplinks.length, known);
	const sets = new NamedSets(ofType("ipset"), known);
	const context = { known, targets, sets, logging: globalsSection?.isOn("logging") ?? false };
	const rules = ofType("rule").flatMap((section) => convertRule(section, context) ?? []);
	sets.finish();
	const { kept, target } = chooseDefault(rules, uplinks);
	globals.options.set("default_policy", target);
	for (const section of sections)
		if (!TYPES.includes(section.type)) section.dismiss(`mwan3 has no sections of type ${section.type}`);
	if (refusesIpv6(uplinks, rules)) notes.push(IPV6_NOTE);
	const used = policies.filter(({ members }) => members.length > 0);
	const drafts = [
		globals,
		...uplinks,
		...used.flatMap((policy) =>
			buildPolicy(policy, targets.get(policy.name) ?? policy.name, uplinkOf, known),
		),
		...kept.map(({ draft }) => draft),
	];
	if (schema !== SCHEMA) return { config: buildPackage(drafts), notes: inFileOrder(notes, pkg) };
	const settled = settle(drafts);
	return { config: settled.config, notes: inFileOrder([...notes, ...settled.notes], pkg) };
}

const IPV6_NOTE: ImportNote = {
	section: null,
	option: null,
	value: null,
	kind: "changed",
	message:
		"without an IPv6 interface polywan leaves IPv6 to the main routing table; mwan3 made it unreachable where a rule's policy had no IPv6 member",
};

/** Whether mwan3 sent IPv6 to policies in which no interface has it. */
function refusesIpv6(uplinks: readonly Draft[], rules: readonly ConvertedRule[]): boolean {
	if (uplinks.some(({ options }) => options.get("enabled") !== "0" && options.get("family") !== "ipv4"))
		return false;
	return rules.some(
		({ draft }) =>
			draft.options.get("family") === undefined &&
			!RESERVED_NAMES.includes(String(draft.options.get("target"))),
	);
}

function readPolicies(
	sections: readonly SourceSection[],
	memberSections: readonly SourceSection[],
	uplinks: readonly Draft[],
): readonly SourcePolicy[] {
	const members = readMembers(memberSections, new Set(uplinks.flatMap(({ name }) => name ?? [])));
	const used = new Set<string>();
	const policies = sections.map((section) => readPolicy(section, members, used));
	for (const section of memberSections)
		if (members.has(section.name) && !used.has(section.name))
			section.say("lost", "no policy uses the member");
	return policies;
}

/** `uplinkOf`: the uplink of an interface that became part of another one. */
function mergePairs(
	converted: readonly Draft[],
	pairs: ReadonlyMap<string, string>,
	notes: ImportNote[],
): { uplinks: readonly Draft[]; uplinkOf: ReadonlyMap<string, string> } {
	const uplinkOf = new Map<string, string>();
	const byName = new Map(converted.map((draft) => [draft.name, draft]));
	for (const [name, partner] of pairs) {
		const [one, other] = [byName.get(name), byName.get(partner)];
		if (one === undefined || other === undefined) continue;
		mergePair(one, other);
		uplinkOf.set(partner, name);
		const message = `the IPv6 side of uplink '${name}'`;
		notes.push({ section: partner, option: null, value: null, kind: "kept", message });
	}
	for (const draft of converted) nameInterfaces(draft, pairs.get(draft.name ?? ""), byName);
	return { uplinks: converted.filter(({ name }) => name === null || !uplinkOf.has(name)), uplinkOf };
}

/** The target of each policy: its name, one that is free, or what remains of a policy without members. */
function nameTargets(
	policies: readonly SourcePolicy[],
	uplinks: readonly Draft[],
): ReadonlyMap<string, string> {
	const taken = new Set([...RESERVED_NAMES, ...uplinks.map(({ name }) => name ?? "")]);
	const targets = new Map<string, string>();
	for (const { source, name, members, lastResort } of policies) {
		if (members.length === 0) {
			targets.set(name, lastResort);
			source.say("changed", `it has no members: rules that use it go to ${lastResort}, as in mwan3`);
			continue;
		}
		let free = name;
		while (taken.has(free)) free = `${free}_policy`;
		taken.add(free);
		targets.set(name, free);
		if (free !== name)
			source.say("changed", `it is called '${free}', as '${name}' means something else to polywan`);
	}
	return targets;
}

function inFileOrder(notes: readonly ImportNote[], pkg: UciPackage): readonly ImportNote[] {
	const places = new Map(pkg.sections.map((section, place) => [section.name, place]));
	const placeOf = ({ section }: ImportNote): number => (section === null ? -1 : (places.get(section) ?? -1));
	return [...notes].sort((a, b) => placeOf(a) - placeOf(b));
}

import type { UciPackage, UciSection } from "uci-parser/config";
import type {
	FirewallChoice,
	Globals,
	LastResort,
	LogLevel,
	Member,
	Model,
	Policy,
	PolicyMode,
	Rule,
	Target,
	Uplink,
} from "./model.ts";
import { parseRule, parseTarget, renderUnknownTarget } from "./parse-rule.ts";
import { parseUplink } from "./parse-uplink.ts";
import type { Problem } from "./problem.ts";
import type { SectionType } from "./schema.ts";
import { RESERVED_NAMES, SCHEMA, schemaOf } from "./schema.ts";
import { CONFIG_NAME, SectionReader } from "./section-reader.ts";
import { renderSuggestion } from "./suggestion.ts";

export interface ParseContext {
	/** Names of the interfaces netifd knows; left out when that is not known, then nothing is said about them. */
	readonly netifdInterfaces?: readonly string[];
}

/** As many as there are ip rule priorities for, see plan/routing. */
const MAX_BYPASS_TABLES = 99;

/** Name of the policy used where no policy is written: failover over all uplinks. */
const BUILT_IN_POLICY = "failover";

/**
 * `/etc/config/polywan` as a model that can be used as it stands. Everything wrong is in its problems: the option then has
 * its default or the section is left out. Never throws. `null`: the file does not exist.
 */
export function parseModel(pkg: UciPackage | null, context: ParseContext): Model {
	const problems: Problem[] = [];
	const netifdInterfaces = context.netifdInterfaces ?? null;
	const sections = sortSections(pkg, problems);
	const readers = (type: SectionType) =>
		sections
			.filter((section) => section.type === type)
			.map((section) => new SectionReader(section, schemaOf(type), problems));
	const globals = firstGlobals(sections, problems);
	const uplinks = parseUplinks(readers("uplink"), netifdInterfaces);
	const written = parsePolicies(readers("policy"), uplinks);
	const policies = withMembers(written, readers("member"), uplinks);
	if (policies.length === 0) policies.push(builtInPolicy(uplinks));
	const rules = readers("rule")
		.map((reader) => parseRule(reader, uplinks, policies, netifdInterfaces))
		.filter((rule): rule is Rule => rule !== null);
	const parsed = parseGlobals(globals, uplinks, policies);
	return { globals: parsed, uplinks, policies, rules, problems: inFileOrder(problems, pkg) };
}

/** What concerns the whole file first, then section by section. */
function inFileOrder(problems: readonly Problem[], pkg: UciPackage | null): readonly Problem[] {
	const places = new Map(pkg?.sections.map((section, place) => [section.name, place]));
	const placeOf = ({ section }: Problem): number => (section === null ? -1 : (places.get(section) ?? -1));
	return [...problems].sort((a, b) => placeOf(a) - placeOf(b));
}

/** Sections of known types. */
function sortSections(pkg: UciPackage | null, problems: Problem[]): readonly UciSection[] {
	if (pkg === null) {
		const message = "the file does not exist; defaults are used and no uplink is watched";
		problems.push({
			config: CONFIG_NAME,
			section: null,
			option: null,
			value: null,
			message,
			severity: "error",
		});
		return [];
	}
	const types = SCHEMA.map((schema): string => schema.type);
	return pkg.sections.filter((section) => {
		if (types.includes(section.type)) return true;
		const message = `section type '${section.type}' is not known${renderSuggestion(section.type, types)}; there are ${types.join(", ")}`;
		problems.push({
			config: CONFIG_NAME,
			section: section.name,
			option: null,
			value: null,
			message,
			severity: "error",
		});
		return false;
	});
}

function firstGlobals(sections: readonly UciSection[], problems: Problem[]): SectionReader {
	const [first, ...others] = sections.filter((section) => section.type === "globals");
	for (const { name } of others) {
		const message = `only the first globals section is used, and that is '${first?.name}'`;
		problems.push({
			config: CONFIG_NAME,
			section: name,
			option: null,
			value: null,
			message,
			severity: "error",
		});
	}
	const none: UciSection = { type: "globals", name: "globals", anonymous: false, options: new Map() };
	return new SectionReader(first ?? none, schemaOf("globals"), problems);
}

function parseGlobals(
	reader: SectionReader,
	uplinks: readonly Uplink[],
	policies: readonly Policy[],
): Globals {
	return {
		enabled: reader.boolean("enabled"),
		firewall: reader.string("firewall") as FirewallChoice,
		markMask: reader.number("mark_mask"),
		tableBase: reader.number("table_base"),
		priorityBase: reader.number("priority_base"),
		logLevel: reader.string("log_level") as LogLevel,
		defaultTarget: parseDefaultTarget(reader, uplinks, policies),
		bypassNetworks: reader.strings("bypass"),
		bypassTables: parseBypassTables(reader),
		resetConnections: reader.boolean("reset_connections"),
		hookTimeoutMs: reader.number("hook_timeout"),
	};
}

function parseBypassTables(reader: SectionReader): readonly number[] {
	const tables = reader.numbers("bypass_table");
	for (const table of tables.slice(MAX_BYPASS_TABLES)) {
		reader.report(
			"bypass_table",
			String(table),
			`is one too many: there is room for ${MAX_BYPASS_TABLES}; it is left out`,
		);
	}
	return tables.slice(0, MAX_BYPASS_TABLES);
}

function parseDefaultTarget(
	reader: SectionReader,
	uplinks: readonly Uplink[],
	policies: readonly Policy[],
): Target {
	const fallback: Target =
		policies[0] === undefined ? { kind: "default" } : { kind: "policy", name: policies[0].name };
	const name = reader.stringOrNull("default_policy");
	if (name === null) return fallback;
	const target = parseTarget(name, uplinks, policies);
	if (target === null) reader.report("default_policy", name, renderUnknownTarget(name, uplinks, policies));
	return target ?? fallback;
}

/** Whether the section's name can be that of a target; a problem when not. */
function hasTargetName(reader: SectionReader, type: SectionType): boolean {
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

function parseUplinks(
	readers: readonly SectionReader[],
	netifdInterfaces: readonly string[] | null,
): readonly Uplink[] {
	const uplinks: Uplink[] = [];
	for (const reader of readers) {
		if (!hasTargetName(reader, "uplink")) continue;
		const uplink = parseUplink(reader, netifdInterfaces);
		for (const name of uplink.interfaces) reportShared(reader, name, uplink, uplinks);
		uplinks.push(uplink);
	}
	return uplinks;
}

/** One device cannot carry two uplinks in one family: the first has it. */
function reportShared(reader: SectionReader, name: string, uplink: Uplink, earlier: readonly Uplink[]): void {
	const owner = earlier.find(
		(other) =>
			other.enabled &&
			other.interfaces.includes(name) &&
			other.families.some((family) => uplink.families.includes(family)),
	);
	if (owner === undefined || !uplink.enabled) return;
	reader.report(
		"interface",
		name,
		`is an interface of uplink '${owner.name}' already, which has it for itself`,
		"warning",
	);
}

function parsePolicies(readers: readonly SectionReader[], uplinks: readonly Uplink[]): readonly Policy[] {
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
		});
	}
	return policies;
}

/** Policies with the members written for them; one for which none was written gets every enabled uplink. */
function withMembers(
	policies: readonly Policy[],
	readers: readonly SectionReader[],
	uplinks: readonly Uplink[],
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
	return policies.map((policy) => ({ ...policy, members: members.get(policy.name) ?? allMembers(uplinks) }));
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

function builtInPolicy(uplinks: readonly Uplink[]): Policy {
	let name = BUILT_IN_POLICY;
	while (uplinks.some((uplink) => uplink.name === name)) name += "_";
	return { name, mode: "failover", members: allMembers(uplinks), lastResort: "unreachable" };
}

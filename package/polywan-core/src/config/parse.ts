import type { UciPackage, UciSection } from "uci-parser/config";
import { isHttpTarget, parseProbeTarget } from "../health/probe-target.ts";
import { parseStunServer } from "../stun/message.ts";
import { parseLogRooms } from "./log-room.ts";
import type {
	FirewallChoice,
	Globals,
	LogLevel,
	Model,
	Policy,
	RuleLogLevel,
	Target,
	Uplink,
} from "./model.ts";
import type { SectionType } from "./option-schema.ts";
import { builtInPolicy, hasTargetName, parsePolicies, withMembers } from "./parse-policy.ts";
import { parseRules, parseTarget, renderUnknownTarget } from "./parse-rule.ts";
import { parseUplink } from "./parse-uplink.ts";
import type { Problem } from "./problem.ts";
import { DEFAULT_STUN_SERVERS, SCHEMA, schemaOf } from "./schema.ts";
import { SectionMemo } from "./section-memo.ts";
import { CONFIG_NAME, SectionReader } from "./section-reader.ts";
import { renderSuggestion } from "./suggestion.ts";

export interface ParseContext {
	/** Names of the interfaces netifd knows; left out when that is not known, then nothing is said about them. */
	readonly netifdInterfaces?: readonly string[];
}

/** As many as there are ip rule priorities for, see plan/routing. */
const MAX_BYPASS_TABLES = 99;

/**
 * `/etc/config/polywan` as a model that can be used as it stands. Everything wrong is in its problems: the option then has
 * its default or the section is left out. Never throws. `null`: the file does not exist.
 */
export function parseModel(pkg: UciPackage | null, context: ParseContext): Model {
	const problems: Problem[] = [];
	const netifdInterfaces = context.netifdInterfaces ?? null;
	const sections = sortSections(pkg, problems);
	const ofType = (type: SectionType) => sections.filter((section) => section.type === type);
	const readers = (type: SectionType) =>
		ofType(type).map((section) => new SectionReader(section, schemaOf(type), problems));
	const globals = firstGlobals(sections, problems);
	const uplinks = parseUplinks(ofType("uplink"), problems, netifdInterfaces);
	const policyReaders = readers("policy");
	const written = parsePolicies(policyReaders, uplinks);
	const policies = withMembers(written, readers("member"), uplinks, policyReaders);
	if (policies.length === 0) policies.push(builtInPolicy(uplinks));
	const parsed = parseGlobals(globals, uplinks, policies);
	const { markMask } = parsed;
	const rules = parseRules(ofType("rule"), problems, { uplinks, policies, netifdInterfaces, markMask });
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
		logRooms: parseLogRooms(reader),
		ruleLogLevel: reader.string("rule_log_level") as RuleLogLevel,
		defaultTarget: parseDefaultTarget(reader, uplinks, policies),
		bypassNetworks: reader.strings("bypass"),
		bypassTables: parseBypassTables(reader),
		resetConnections: reader.boolean("reset_connections"),
		hookTimeoutMs: reader.number("hook_timeout"),
		stunServers: parseStunServers(reader),
		speedtest: {
			downloadUrl: parseHttpUrl(reader, "speedtest_url"),
			uploadUrl: parseHttpUrl(reader, "speedtest_upload_url"),
		},
		accounting: reader.boolean("accounting"),
		hostUsage: reader.boolean("host_usage"),
	};
}

function parseStunServers(reader: SectionReader): readonly string[] {
	const written = reader.strings("stun_server").filter((text) => {
		if (parseStunServer(text) !== null) return true;
		reader.report("stun_server", text, "must be an address or a name, and :port if it is not 3478");
		return false;
	});
	return written.length > 0 ? written : DEFAULT_STUN_SERVERS;
}

function parseHttpUrl(reader: SectionReader, name: string): string | null {
	const text = reader.stringOrNull(name);
	if (text === null || isHttpTarget(parseProbeTarget(text))) return text;
	reader.report(name, text, "must be an http:// or https:// address");
	return null;
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

const knownUplinks = new SectionMemo<Uplink | null>();

function parseUplinks(
	sections: readonly UciSection[],
	problems: Problem[],
	netifdInterfaces: readonly string[] | null,
): readonly Uplink[] {
	const uplinks: Uplink[] = [];
	const owners = new Map<string, Uplink[]>();
	const surroundings = JSON.stringify(netifdInterfaces);
	for (const section of sections) {
		const uplink = knownUplinks.read(section, surroundings, problems, (own) => {
			const reader = new SectionReader(section, schemaOf("uplink"), own);
			return hasTargetName(reader, "uplink") ? parseUplink(reader, netifdInterfaces) : null;
		});
		if (uplink === null) continue;
		if (uplink.enabled) for (const name of uplink.interfaces) takeInterface(name, uplink, owners, problems);
		uplinks.push(uplink);
	}
	return uplinks;
}

/** One device cannot carry two uplinks in one family: the first has it. */
function takeInterface(
	name: string,
	uplink: Uplink,
	owners: Map<string, Uplink[]>,
	problems: Problem[],
): void {
	const earlier = owners.get(name) ?? [];
	const owner = earlier.find(({ families }) => families.some((family) => uplink.families.includes(family)));
	owners.set(name, [...earlier, uplink]);
	if (owner === undefined) return;
	problems.push({
		config: CONFIG_NAME,
		section: uplink.name,
		option: "interface",
		value: name,
		message: `is an interface of uplink '${owner.name}' already, which has it for itself`,
		severity: "warning",
	});
}

import type { UciSection } from "uci-parser/config";
import { parseTimeZone } from "../schedule/time-zone.ts";
import { parseWindow, type Window } from "../schedule/window.ts";
import type { Policy, Rule, RuleSchedule, Sticky, Target, Uplink } from "./model.ts";
import { parseMatch } from "./parse-match.ts";
import type { Problem } from "./problem.ts";
import { RESERVED_NAMES, schemaOf } from "./schema.ts";
import { SectionMemo } from "./section-memo.ts";
import { SectionReader } from "./section-reader.ts";
import { renderSuggestion } from "./suggestion.ts";

/** What a target's name means, or null when nothing is called so. */
export function parseTarget(
	name: string,
	uplinks: readonly Uplink[],
	policies: readonly Policy[],
): Target | null {
	if (name === "default" || name === "unreachable" || name === "blackhole") return { kind: name };
	if (policies.some((policy) => policy.name === name)) return { kind: "policy", name };
	return uplinks.some((uplink) => uplink.name === name) ? { kind: "uplink", name } : null;
}

/** "is not a policy or uplink …" with the names there are. */
export function renderUnknownTarget(
	name: string,
	uplinks: readonly Uplink[],
	policies: readonly Policy[],
): string {
	const known = [...policies, ...uplinks].map((section) => section.name);
	const hint = renderSuggestion(name, [...known, ...RESERVED_NAMES]);
	return `must be a policy, an uplink, default, unreachable or blackhole${hint}; there are ${known.join(", ") || "no policies and no uplinks"}`;
}

/** What rules refer to besides themselves. */
export interface RuleContext {
	readonly uplinks: readonly Uplink[];
	readonly policies: readonly Policy[];
	/** Null: not known. */
	readonly netifdInterfaces: readonly string[] | null;
	readonly markMask: number;
}

/** A rule with its place among the others. */
interface PlacedRule {
	readonly rule: Rule;
	readonly priority: number;
}

const knownRules = new SectionMemo<PlacedRule | null>();

/** The rules in the order they are tried. */
export function parseRules(
	sections: readonly UciSection[],
	problems: Problem[],
	context: RuleContext,
): readonly Rule[] {
	const surroundings = describeContext(context);
	const rules = sections.map((section) =>
		knownRules.read(section, surroundings, problems, (own) => {
			const reader = new SectionReader(section, schemaOf("rule"), own);
			const rule = parseRule(reader, context);
			return rule === null ? null : { rule, priority: reader.number("priority") };
		}),
	);
	return rules
		.filter((placed) => placed !== null)
		.sort((a, b) => a.priority - b.priority)
		.map(({ rule }) => rule);
}

function describeContext({ uplinks, policies, netifdInterfaces, markMask }: RuleContext): string {
	return [
		markMask,
		JSON.stringify(netifdInterfaces),
		uplinks.map(({ name }) => name).join(" "),
		policies.map(({ name, mode }) => `${name} ${mode}`).join(" "),
	].join("\n");
}

/** The rule, or null when it is switched off or cannot mean what was written. */
function parseRule(reader: SectionReader, context: RuleContext): Rule | null {
	const { uplinks, policies } = context;
	const enabled = reader.boolean("enabled");
	const match = parseMatch(reader, context.netifdInterfaces, context.markMask);
	const schedule = parseSchedule(reader);
	const name = reader.stringOrNull("target");
	if (name === null) {
		if (!reader.has("target")) reader.report("target", null, "is missing; the rule is left out");
		return null;
	}
	const target = parseTarget(name, uplinks, policies);
	if (target === null) {
		reader.report("target", name, `${renderUnknownTarget(name, uplinks, policies)}; the rule is left out`);
		return null;
	}
	if (match === null || !reader.usable || !enabled) return null;
	return {
		name: reader.name,
		match,
		target,
		log: reader.boolean("log"),
		sticky: parseSticky(reader),
		schedule,
		trafficClass: parseClass(reader, target, policies),
	};
}

function parseClass(reader: SectionReader, target: Target, policies: readonly Policy[]): number {
	const trafficClass = reader.number("class");
	const policy = target.kind === "policy" ? policies.find(({ name }) => name === target.name) : undefined;
	if (reader.has("class") && policy?.mode !== "adaptive")
		reader.report(
			"class",
			String(trafficClass),
			"has no effect: the target is no policy of mode adaptive",
			"warning",
		);
	return trafficClass;
}

function parseSchedule(reader: SectionReader): RuleSchedule | null {
	if (!reader.has("schedule") && !reader.has("timezone")) return null;
	const windows = (texts: readonly string[]): readonly Window[] =>
		texts.map(parseWindow).filter((window) => window !== null);
	const open = windows(reader.strings("schedule"));
	const closed = windows(reader.excludedStrings("schedule"));
	const timeZone = parseTimeZone(reader.stringOrNull("timezone") ?? "");
	return open.length + closed.length === 0 ? null : { open, closed, timeZone };
}

function parseSticky(reader: SectionReader): Sticky | null {
	if (!reader.boolean("sticky")) return null;
	const key = reader.string("sticky_key") === "source" ? "source" : "source_destination";
	return { key, timeoutMs: reader.number("sticky_timeout") };
}

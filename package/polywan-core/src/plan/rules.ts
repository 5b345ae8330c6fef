import type { Match, Model, Rule, RuleLogLevel, Target } from "../config/model.ts";
import type { Problem } from "../config/problem.ts";
import { CONFIG_NAME } from "../config/section-reader.ts";
import { FAMILIES, type PerFamily } from "../family.ts";
import { Attached } from "../remember.ts";
import { featuresOf } from "../render/feature.ts";
import { deriveName } from "./kernel-name.ts";
import type { PlanCondition, PlanMatch, PlanRule, PlanSet, PlanSticky, PlanTarget } from "./plan.ts";
import { expandApps } from "./rule-app.ts";
import {
	domainSetName,
	heavySetName,
	isWaiting,
	namedSetName,
	type RuleFacts,
	resolveMatch,
	type Waiting,
} from "./rule-match.ts";

/** The rules that can be in force now. Those that are as they were are the very same objects. */
export function buildRules(model: Model, facts: RuleFacts, targets: TargetBuilder): readonly PlanRule[] {
	if (!model.globals.enabled) return [];
	const taken = new Set<string>();
	return model.rules.flatMap((rule): readonly PlanRule[] => {
		const known = knownRules.get(rule);
		const derived = known?.derivedName ?? deriveName("r", rule.name, NOTHING_TAKEN);
		const kernelName = taken.has(derived) ? deriveName("r", rule.name, taken) : derived;
		taken.add(kernelName);
		const matches = resolveRule(rule, facts);
		if (isWaiting(matches) || facts.asleep?.has(rule.name)) return [];
		const target = targets.build(rule.target, rule.trafficClass);
		const built = facts.unsupported?.has("sticky") ? null : buildSticky(rule, targets);
		const sticky = known !== undefined && isSameSticky(known.sticky, built) ? known.sticky : built;
		const log = rule.log && !facts.unsupported?.has("log");
		const logLevel = log ? model.globals.ruleLogLevel : "warning";
		const parts = { derivedName: derived, kernelName, matches, target, log, logLevel, sticky };
		if (known !== undefined && isSameParts(known, parts)) return known.rules;
		const level = logLevel === "warning" ? {} : { logLevel };
		const rules = matches.map((match) => ({
			...{ name: rule.name, kernelName, match, target, log, sticky },
			...level,
		}));
		knownRules.set(rule, { ...parts, rules });
		return rules;
	});
}

const NOTHING_TAKEN: ReadonlySet<string> = new Set();

/** What rules of the plan are made of. */
interface RuleParts {
	readonly derivedName: string;
	readonly kernelName: string;
	readonly matches: readonly PlanMatch[];
	readonly target: PlanTarget;
	readonly log: boolean;
	readonly logLevel: RuleLogLevel;
	readonly sticky: PlanSticky | null;
}

/** What a rule was the last time: a plan is made far more often than a rule changes. */
const knownRules = new Attached<Rule, RuleParts & { readonly rules: readonly PlanRule[] }>();

function isSameParts(one: RuleParts, other: RuleParts): boolean {
	return (
		one.kernelName === other.kernelName &&
		one.matches === other.matches &&
		one.target === other.target &&
		one.log === other.log &&
		one.logLevel === other.logLevel &&
		one.sticky === other.sticky
	);
}

function isSameSticky(one: PlanSticky | null, other: PlanSticky | null): boolean {
	if (one === null || other === null) return one === other;
	return FAMILIES.every((family) => one.uplinks[family].join() === other.uplinks[family].join());
}

/** Why is told elsewhere. */
const LEFT_OUT: Waiting = { option: null, value: null, message: null };

/** What rules match, and what is known of the router where that matters. */
const resolutions = new Attached<
	Rule,
	{ readonly facts: RuleFacts; readonly found: readonly PlanMatch[] | Waiting }
>();

/** What a rule matches; several where any one of them will do. */
function resolveRule(rule: Rule, facts: RuleFacts): readonly PlanMatch[] | Waiting {
	const { conditions, sourceInterfaces } = rule.match;
	const isPlain = conditions.length === 0 && sourceInterfaces.length === 0;
	const known = resolutions.get(rule);
	if (known !== undefined && (isPlain || isSameFacts(known.facts, facts))) return known.found;
	const found = findMatches(rule, facts);
	resolutions.set(rule, { facts: isPlain ? NO_FACTS : facts, found });
	return found;
}

const NO_FACTS: RuleFacts = {};

function isSameFacts(one: RuleFacts, other: RuleFacts): boolean {
	return (
		one.devices === other.devices &&
		one.zones === other.zones &&
		one.users === other.users &&
		one.groups === other.groups &&
		one.catalogue === other.catalogue &&
		one.sets === other.sets &&
		isSameSet(one.unsupported ?? NOTHING_TAKEN, other.unsupported ?? NOTHING_TAKEN)
	);
}

function isSameSet(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
	return one === other || (one.size === other.size && [...one].every((item) => other.has(item)));
}

function findMatches(rule: Rule, facts: RuleFacts): readonly PlanMatch[] | Waiting {
	if (featuresOf(rule).needed.some((feature) => facts.unsupported?.has(feature))) return LEFT_OUT;
	const alternatives = expandApps(rule.match, facts.catalogue);
	if (isWaiting(alternatives)) return alternatives;
	const matches: PlanMatch[] = [];
	for (const alternative of alternatives.flatMap(splitSets)) {
		const match = resolveMatch(alternative, facts);
		if (isWaiting(match)) return match;
		if (match.families.length > 0) matches.push(match);
	}
	return matches;
}

/** A rule looks into one set at a time: several, of which any one will do, are as many rules. */
function splitSets(match: Match): readonly Match[] {
	if (match.conditions.length === 0) return [match];
	let alternatives: readonly Match[] = [{ ...match, conditions: [] }];
	for (const condition of match.conditions) {
		const isSet = condition.on === "sourceSet" || condition.on === "destinationSet";
		const parts = isSet ? condition.names.map((name) => ({ ...condition, names: [name] })) : [condition];
		alternatives = alternatives.flatMap((alternative) =>
			parts.map((part) => ({ ...alternative, conditions: [...alternative.conditions, part] })),
		);
	}
	return alternatives;
}

/** The sets that the rules in force look into. */
export function buildSets(model: Model, facts: RuleFacts, rules: readonly PlanRule[]): readonly PlanSet[] {
	const used = new Set(rules.flatMap(({ match }) => match.conditions.flatMap(setsOf)));
	const sets = new Map<string, PlanSet>();
	const add = (set: PlanSet): void => {
		if (used.has(set.kernelName)) sets.set(set.kernelName, set);
	};
	for (const { match } of model.rules) {
		const expanded = expandApps(match, facts.catalogue);
		if (isWaiting(expanded)) continue;
		for (const condition of expanded.flatMap(({ conditions }) => conditions)) {
			if (condition.on === "domain")
				add({
					kind: "domains",
					kernelName: domainSetName(condition.names),
					domains: [...condition.names].sort(),
				});
			if (condition.on === "heavy")
				add({ kind: "heavy", kernelName: heavySetName(condition.bytes), bytes: condition.bytes });
			if (condition.on !== "sourceSet" && condition.on !== "destinationSet") continue;
			for (const name of condition.names) {
				const elements = facts.sets?.get(name)?.elements ?? { 4: [], 6: [] };
				add({ kind: "named", kernelName: namedSetName(name), name, elements });
			}
		}
	}
	return [...sets.values()];
}

function setsOf(condition: PlanCondition): readonly string[] {
	return "set" in condition ? [condition.set] : [];
}

/** What a rule's target means now. */
export interface TargetBuilder {
	/** `trafficClass`: which way of an adaptive policy. */
	build(target: Target, trafficClass: number): PlanTarget;
	/** Ids of all uplinks of the target that take new connections, whatever their share. */
	usable(target: Target): PerFamily<readonly number[]>;
}

/** Nothing to hold where there are not two to choose from. */
function buildSticky({ sticky, target }: Rule, targets: TargetBuilder): PlanSticky | null {
	if (sticky === null || target.kind !== "policy") return null;
	return {
		key: sticky.key,
		timeoutS: Math.ceil(sticky.timeoutMs / 1000),
		uplinks: targets.usable(target),
	};
}

/** Why rules of the model are not in force although they are enabled. */
export function listRuleProblems(model: Model, facts: RuleFacts): readonly Problem[] {
	return model.rules.flatMap((rule) => {
		const found = resolveRule(rule, facts);
		return isWaiting(found) && found.message !== null ? [ruleProblem(rule, found)] : [];
	});
}

function ruleProblem(rule: Rule, { option, value, message }: Waiting): Problem {
	return {
		config: CONFIG_NAME,
		section: rule.name,
		option,
		value,
		message: message ?? "",
		severity: "warning",
	};
}

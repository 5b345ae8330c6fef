import { familyOf, networkContains, parseNetwork } from "../address.ts";
import type { Family } from "../family.ts";
import type { PlanRule } from "../plan/plan.ts";
import { renderComment } from "./mark.ts";
import { boundsOf, placesWithoutShadowed } from "./nft-box.ts";
import { renderPorts } from "./nft-condition.ts";
import { ruleChain } from "./nft-rule.ts";
import type { NftSet } from "./nft-ruleset.ts";

/** Fewer rules than this are as fast one after the other. */
const MIN_RULES = 4;

/** A rule with more combinations of values stays a rule. */
const MAX_COMBINATIONS = 64;

/** One thing a rule looks at, as a part of a map's key. */
interface Selector {
	readonly letter: string;
	readonly type: string;
	readonly text: string;
}

interface Condition {
	readonly selector: Selector;
	readonly values: readonly string[];
	/** Some value is a network of more than one address. */
	readonly wide: boolean;
}

/** A rule that could be elements of a map. */
interface Candidate {
	readonly rule: PlanRule;
	readonly conditions: readonly Condition[];
	/** Equal for rules that can share a map. */
	readonly shape: string;
}

/** What a chain of rules consists of: rules to look at one by one, and runs of them that one look-up decides. */
export type RuleStep = { readonly rule: PlanRule } | { readonly map: NftSet; readonly selectors: string };

/**
 * Runs of rules that look at the same things become one map each: then it does not matter how many they are. Only rules
 * side by side, as the first match wins, and only where no packet could meet two of them in another order, as a map has
 * none.
 */
export function groupRules(rules: readonly PlanRule[], family: Family): readonly RuleStep[] {
	const steps: RuleStep[] = [];
	let run: Candidate[] = [];
	let maps = 0;
	const finish = (): void => {
		const map =
			run.length < MIN_RULES ? null : buildMap(run, family, `g${maps + 1}_${family}_${run[0]?.shape}`);
		if (map === null) steps.push(...run.map(({ rule }) => ({ rule })));
		else {
			maps++;
			steps.push({
				map,
				selectors: (run[0]?.conditions ?? []).map(({ selector }) => selector.text).join(" . "),
			});
		}
		run = [];
	};
	for (const rule of rules) {
		if (!rule.match.families.includes(family)) continue;
		const candidate = findCandidate(rule, family);
		if (candidate === null || candidate.shape !== run[0]?.shape) finish();
		if (candidate === null) steps.push({ rule });
		else run.push(candidate);
	}
	finish();
	return steps;
}

function findCandidate(rule: PlanRule, family: Family): Candidate | null {
	const { match } = rule;
	if (match.conditions.length > 0) return null;
	const ip = family === 4 ? "ip" : "ip6";
	const address = `ipv${family}_addr`;
	const conditions: Condition[] = [];
	const add = (letter: string, type: string, text: string, values: readonly string[], wide = false): void => {
		if (values.length > 0)
			conditions.push({
				selector: { letter: wide ? letter.toUpperCase() : letter, type, text },
				values,
				wide,
			});
	};
	const networks = (all: readonly string[]): readonly string[] =>
		all.filter((network) => familyOf(network) === family);
	const isWide = (all: readonly string[]): boolean =>
		all.some((network) => !network.endsWith(family === 4 ? "/32" : "/128"));
	const [sources, destinations] = [networks(match.sources), networks(match.destinations)];
	add(
		"i",
		"ifname",
		"iifname",
		match.sourceDevices.map((device) => `"${device}"`),
	);
	add("s", address, `${ip} saddr`, sources, isWide(sources));
	add("d", address, `${ip} daddr`, destinations, isWide(destinations));
	add("p", "inet_proto", "meta l4proto", match.protocols.map(String));
	add("t", "inet_service", "th sport", match.sourcePorts.map(renderPorts));
	add("u", "inet_service", "th dport", match.destinationPorts.map(renderPorts));
	const combinations = conditions.reduce((count, { values }) => count * values.length, 1);
	if (conditions.length === 0 || combinations > MAX_COMBINATIONS) return null;
	if (conditions.length === 1) widen(conditions);
	const shape = conditions.map(({ selector }) => selector.letter).join("");
	return { rule, conditions, shape: conditions.length === 1 ? shape : shape.toLowerCase() };
}

/** A single condition on addresses is always kept as networks, so that hosts and networks share a map. */
function widen(conditions: Condition[]): void {
	const [only] = conditions;
	if (only === undefined || only.wide || !/[sd]/.test(only.selector.letter)) return;
	conditions[0] = {
		...only,
		wide: true,
		selector: { ...only.selector, letter: only.selector.letter.toUpperCase() },
	};
}

function buildMap(run: readonly Candidate[], family: Family, name: string): NftSet | null {
	const conditions = run[0]?.conditions ?? [];
	const elements = new Map<string, readonly [comment: string, verdict: string]>();
	for (const candidate of run) {
		const verdict = `goto ${ruleChain(candidate.rule, family)}`;
		const comment = `comment "${renderComment("rule", candidate.rule.name)}"`;
		for (const key of combine(candidate.conditions)) {
			if (!elements.has(key)) elements.set(key, [comment, verdict]);
		}
	}
	const keys = [...elements.keys()];
	const isSingle = conditions.length === 1;
	const isInterval = isSingle
		? conditions.some(({ wide }) => wide)
		: keys.some((key) => /[/-]/.test(bareKey(key)));
	const wanted = isInterval ? (isSingle ? withoutShadowed(keys) : reachable(keys)) : keys;
	if (wanted === null) return null;
	const type = `type ${conditions.map(({ selector }) => selector.type).join(" . ")} : verdict`;
	const commented = wanted.map((key): [string, string] => {
		const [comment = "", verdict = ""] = elements.get(key) ?? [];
		return [`${key} ${comment}`, verdict];
	});
	const definition = isInterval ? [type, "flags interval", "counter"] : [type, "counter"];
	// A definition cannot change under its name.
	const kind = isInterval && !isSingle ? "i" : "";
	return { kind: "map", name: `${name}${kind}`, definition, elements: new Map(commented) };
}

/** A device's name may have a dash or a slash in it, and says nothing about intervals. */
function bareKey(key: string): string {
	return key.replace(/"[^"]*"/g, "");
}

/** Keys in the order of their rules that some packet reaches; null where their order matters, or for names of devices. */
function reachable(keys: readonly string[]): readonly string[] | null {
	// nft keeps names in intervals in an order of bytes of its own.
	if (keys.some((key) => key.includes('"'))) return null;
	const boxes = keys.map((key, place) => ({ place, box: key.split(" . ").map(boundsOf) }));
	const places = placesWithoutShadowed(boxes);
	return places === null ? null : keys.filter((_, place) => places.has(place));
}

/** Every choice of one value of each condition, as keys of the map. */
function combine(conditions: readonly Condition[]): readonly string[] {
	let keys: readonly string[] = [""];
	for (const { values } of conditions) {
		keys = keys.flatMap((key) =>
			values.map((value) => (key === "" ? bare(value) : `${key} . ${bare(value)}`)),
		);
	}
	return keys;
}

/** A single address is written without its length, as maps without intervals take it. */
function bare(value: string): string {
	return value.endsWith(value.includes(":") ? "/128" : "/32")
		? value.slice(0, value.lastIndexOf("/"))
		: value;
}

/**
 * Networks in the order of their rules, without those inside an earlier one, which decides before them. Null when a later
 * one is the wider: then the order matters.
 */
function withoutShadowed(networks: readonly string[]): readonly string[] | null {
	const entries = networks.flatMap((text, place) => {
		const network = parseNetwork(text);
		return network === null ? [] : [{ text, place, network, key: String.fromCharCode(...network.bytes) }];
	});
	const byAddress = [...entries].sort((a, b) =>
		a.key === b.key ? a.network.prefixLength - b.network.prefixLength : a.key < b.key ? -1 : 1,
	);
	const kept = new Set<string>();
	let around: (typeof entries)[number] | null = null;
	for (const entry of byAddress) {
		if (around === null || !networkContains(around.network, entry.network)) {
			around = entry;
			kept.add(entry.text);
		} else if (entry.place < around.place) return null;
	}
	return networks.filter((text) => kept.has(text));
}

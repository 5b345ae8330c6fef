import { networkContains, parseNetwork } from "../../address.ts";
import type { Family } from "../../family.ts";
import { networksOf } from "../../plan/network-list.ts";
import type { PlanRule } from "../../plan/plan.ts";
import { Attached } from "../../remember.ts";
import { renderComment } from "../mark.ts";
import { type Box, boxOf, placesWithoutShadowed } from "./box.ts";
import { renderPorts } from "./condition.ts";
import { ruleChain } from "./rule.ts";
import type { NftSet } from "./ruleset.ts";
import { ipWord } from "./word.ts";

/** Fewer rules than this are as fast one after the other. */
const MIN_RULES = 4;

/** A rule with more combinations of values stays a rule. */
const MAX_COMBINATIONS = 64;

/** One thing a rule looks at, as a part of a map's key. */
interface Selector {
	readonly type: string;
	readonly text: string;
}

/** A rule that could be elements of a map. */
interface Candidate {
	readonly rule: PlanRule;
	/** A letter for each thing it looks at; equal for rules that can share a map. */
	readonly shape: string;
	/** One for every combination of its values. */
	readonly elements: readonly Element[];
}

/** An element of a map. */
interface Element {
	readonly key: string;
	/** With the comment that names its rule. */
	readonly text: string;
	readonly verdict: string;
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
	const used = new Map<string, KnownMap>();
	let run: Candidate[] = [];
	const finish = (): void => {
		const { shape = "" } = run[0] ?? {};
		const place = `${used.size + 1}_${family}`;
		const known =
			run.length < MIN_RULES ? null : findMap(run, family, `g${place}_${shape}`, knownMaps.get(place));
		if (known === null || known.map === null) steps.push(...run.map(({ rule }) => ({ rule })));
		else {
			used.set(place, known);
			const selectors = selectorsOf(shape, family);
			steps.push({ map: known.map, selectors: selectors.map(({ text }) => text).join(" . ") });
		}
		run = [];
	};
	for (const rule of rules) {
		if (!rule.match.families.includes(family)) continue;
		const candidate = candidateOf(rule, family);
		if (candidate === null || candidate.shape !== run[0]?.shape) finish();
		if (candidate === null) steps.push({ rule });
		else run.push(candidate);
	}
	finish();
	for (const place of [...knownMaps.keys()].filter((key) => key.endsWith(`_${family}`)))
		knownMaps.delete(place);
	for (const [place, known] of used) knownMaps.set(place, known);
	return steps;
}

/** A map and the rules it stands for; null where they cannot be one. */
interface KnownMap {
	readonly rules: readonly PlanRule[];
	readonly map: NftSet | null;
}

/** Those of the last time, by place and family: most changes leave rules as they are. */
const knownMaps = new Map<string, KnownMap>();

function findMap(
	run: readonly Candidate[],
	family: Family,
	name: string,
	known: KnownMap | undefined,
): KnownMap {
	const isSame =
		known?.map?.name.startsWith(name) &&
		known.rules.length === run.length &&
		run.every(({ rule }, place) => rule === known.rules[place]);
	return known !== undefined && isSame
		? known
		: { rules: run.map(({ rule }) => rule), map: buildMap(run, family, name) };
}

const knownCandidates = new Attached<PlanRule, { 4?: Candidate | null; 6?: Candidate | null }>();

function candidateOf(rule: PlanRule, family: Family): Candidate | null {
	const known = knownCandidates.get(rule) ?? {};
	const before = known[family];
	if (before !== undefined) return before;
	const candidate = findCandidate(rule, family);
	known[family] = candidate;
	knownCandidates.set(rule, known);
	return candidate;
}

/** The parts of a map's key by the letters of its shape; capital ones look at networks. */
function selectorsOf(shape: string, family: Family): readonly Selector[] {
	const ip = ipWord(family);
	const address = `ipv${family}_addr`;
	const selectors: Readonly<Record<string, Selector>> = {
		i: { type: "ifname", text: "iifname" },
		s: { type: address, text: `${ip} saddr` },
		d: { type: address, text: `${ip} daddr` },
		p: { type: "inet_proto", text: "meta l4proto" },
		t: { type: "inet_service", text: "th sport" },
		u: { type: "inet_service", text: "th dport" },
	};
	return [...shape.toLowerCase()].flatMap((letter) => selectors[letter] ?? []);
}

function findCandidate(rule: PlanRule, family: Family): Candidate | null {
	const { match } = rule;
	if (match.conditions.length > 0) return null;
	const conditions = [
		{ letter: "i", values: match.sourceDevices.map((device) => `"${device}"`) },
		{ letter: "s", values: networksOf(match.sources, family) },
		{ letter: "d", values: networksOf(match.destinations, family) },
		{ letter: "p", values: match.protocols.map(String) },
		{ letter: "t", values: match.sourcePorts.map(renderPorts) },
		{ letter: "u", values: match.destinationPorts.map(renderPorts) },
	].filter(({ values }) => values.length > 0);
	const combinations = conditions.reduce((count, { values }) => count * values.length, 1);
	if (conditions.length === 0 || combinations > MAX_COMBINATIONS) return null;
	const letters = conditions.map(({ letter }) => letter).join("");
	// A single condition on addresses is always kept as networks, so that hosts and networks share a map.
	const shape = /^[sd]$/.test(letters) ? letters.toUpperCase() : letters;
	const comment = `comment "${renderComment("rule", rule.name)}"`;
	const verdict = `goto ${ruleChain(rule, family)}`;
	const elements = combine(conditions.map(({ values }) => values)).map(
		(key): Element => ({ key, text: `${key} ${comment}`, verdict }),
	);
	return { rule, shape, elements };
}

function buildMap(run: readonly Candidate[], family: Family, name: string): NftSet | null {
	const { shape = "" } = run[0] ?? {};
	const owners = new Map<string, Element>();
	for (const { elements } of run)
		for (const element of elements) if (!owners.has(element.key)) owners.set(element.key, element);
	const all = [...owners.values()];
	const isSingle = shape.length === 1;
	const isInterval = isSingle ? /[SD]/.test(shape) : all.some(({ key }) => /[/-]/.test(bareKey(key)));
	const wanted = isInterval ? (isSingle ? withoutShadowed(all) : reachable(all)) : all;
	if (wanted === null) return null;
	const types = selectorsOf(shape, family).map((selector) => selector.type);
	const type = `type ${types.join(" . ")} : verdict`;
	const elements = new Map<string, string>();
	for (const { text, verdict } of wanted) elements.set(text, verdict);
	const definition = isInterval ? [type, "flags interval", "counter"] : [type, "counter"];
	// A definition cannot change under its name.
	const kind = isInterval && !isSingle ? "i" : "";
	return { kind: "map", name: `${name}${kind}`, definition, elements };
}

/** A device's name may have a dash or a slash in it, and says nothing about intervals. */
function bareKey(key: string): string {
	return key.includes('"') ? key.replace(/"[^"]*"/g, "") : key;
}

/** Elements in the order of their rules that some packet reaches; null where their order matters, or for names of devices. */
function reachable(elements: readonly Element[]): readonly Element[] | null {
	// nft keeps names in intervals in an order of bytes of its own.
	if (elements.some(({ key }) => key.includes('"'))) return null;
	const boxes = elements.map((element, place) => ({ place, box: boxOfElement(element) }));
	const places = placesWithoutShadowed(boxes);
	if (places === null) return null;
	return places.size === elements.length ? elements : elements.filter((_, place) => places.has(place));
}

const knownBoxes = new Attached<Element, Box>();

function boxOfElement(element: Element): Box {
	const known = knownBoxes.get(element);
	if (known !== undefined) return known;
	const box = boxOf(element.key);
	knownBoxes.set(element, box);
	return box;
}

/** Every choice of one value of each condition, as keys of the map. */
function combine(conditions: readonly (readonly string[])[]): readonly string[] {
	let keys: readonly string[] = [""];
	for (const values of conditions) {
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
function withoutShadowed(elements: readonly Element[]): readonly Element[] | null {
	const entries = elements.flatMap((element, place) => {
		const network = parseNetwork(element.key);
		return network === null ? [] : [{ element, place, network, key: String.fromCharCode(...network.bytes) }];
	});
	const byAddress = [...entries].sort((a, b) =>
		a.key === b.key ? a.network.prefixLength - b.network.prefixLength : a.key < b.key ? -1 : 1,
	);
	const kept = new Set<Element>();
	let around: (typeof entries)[number] | null = null;
	for (const entry of byAddress) {
		if (around === null || !networkContains(around.network, entry.network)) {
			around = entry;
			kept.add(entry.element);
		} else if (entry.place < around.place) return null;
	}
	return elements.filter((element) => kept.has(element));
}

import { listOptionTopics } from "polywan-core/config/help";
import type { Model } from "polywan-core/config/model";
import { CONFIG_FILE } from "../config/config-keeper.ts";
import { readConfigIfAny, understandConfig } from "../config/config-model.ts";
import { print } from "./print.ts";
import { EXIT, type Verb } from "./verb.ts";

/** Their first word is an uplink's name. */
const OF_AN_UPLINK = [
	"up",
	"down",
	"auto",
	"use",
	"ping",
	"traceroute",
	"dns",
	"stun",
	"speedtest",
	"capture",
];

const VALUES: Readonly<Record<string, readonly string[]>> = {
	family: ["ipv4", "ipv6"],
	sort: ["bytes", "packets", "age"],
	level: ["error", "warning", "notice", "info", "debug"],
};

/** The words that can stand where the last of `words` is being typed; `words` begin after the program's name. */
function listCandidates(verbs: readonly Verb[], words: readonly string[]): readonly string[] {
	const typed = words.at(-1) ?? "";
	return candidates(verbs, words, typed).filter((word) => word.startsWith(typed));
}

function candidates(verbs: readonly Verb[], words: readonly string[], typed: string): readonly string[] {
	const shown = verbs.filter(({ hidden }) => !hidden).map(({ name }) => name);
	if (words.length <= 1) return shown;
	const verb = verbs.find(({ name }) => name === words[0]);
	if (verb === undefined) return [];
	const values = valuesOf(verb, words.at(-2) ?? "");
	if (values !== null) return values;
	if (typed.startsWith("-")) return ["help", ...verb.options].map((option) => `--${option}`);
	if (words.length > verb.mostArguments + 1) return [];
	if (verb.name === "help") {
		if (words.length === 2) return ["options", ...shown];
		return words[1] === "options" ? listOptionTopics() : [];
	}
	if (words.length === 2 && verb.firstWords !== undefined) return verb.firstWords;
	if (verb.name === "weights")
		return words.length === 2 ? customPolicies() : uplinkNames().map((name) => `${name}=`);
	return words.length === 2 && OF_AN_UPLINK.includes(verb.name) ? uplinkNames() : [];
}

/** What can follow the option that was typed last; null: it was none that takes a value, or may be anything. */
function valuesOf(verb: Verb, before: string): readonly string[] | null {
	const name = before.replace(/^--/, "");
	if (name === before || !verb.options.includes(`${name}=`)) return null;
	return name === "uplink" ? uplinkNames() : (VALUES[name] ?? []);
}

function uplinkNames(): readonly string[] {
	return (readModel()?.uplinks ?? []).map(({ name }) => name);
}

/** Policies whose weights can be set by hand. */
function customPolicies(): readonly string[] {
	return (readModel()?.policies ?? []).filter(({ mode }) => mode === "custom").map(({ name }) => name);
}

function readModel(): Model | null {
	const understood = understandConfig(readConfigIfAny(CONFIG_FILE), {});
	return "model" in understood ? understood.model : null;
}

/** `polywan __complete <words…>`: one candidate a line for the last word, for the shells' completion files. */
export function printCandidates(verbs: readonly Verb[], words: readonly string[]): number {
	print(listCandidates(verbs, words).join("\n"));
	return EXIT.ok;
}

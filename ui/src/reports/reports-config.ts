import "../shared.ts";
import type { Problem } from "polywan-core/config/problem";
import { parseReports } from "polywan-reports/config/parse";
import { type ConfigPackage, type ConfigSection, sectionsOf } from "../edit/config.ts";
import { reports, secrets } from "../edit/staging.ts";
import { labels, type Secret } from "../edit/words.ts";
import { knownSecrets } from "./known-secrets.ts";
import { isReportsKey, reportsHelp, tr } from "./words.ts";

// What /etc/config/polywan_reports is called, and what is wrong with it: needed wherever it is edited, or its changes are told.

/** Stands in for a secret that is there and cannot be read: an address, as one option must be. */
const UNSEEN = "http://unseen/";

labels.value = {
	type: (type) => labelOf(`type.${type}`, type),
	option: (type, option) => labelOf(`option.${type}.${option}`, option),
	help: reportsHelp,
	secret: ({ section, option, removed }: Secret) =>
		tr(removed ? "secret.removed" : "secret.changed", { section, option: secretLabel(option) }),
};

reports.check.value = (config) => checkReports(config, listSecrets());

export function secretLabel(option: string): string {
	return labelOf(`option.secret.${option}`, option);
}

/** The same code as the program's, the same words. The name of the router stands in topics alone, which are right with any. */
export function checkReports(
	config: ConfigPackage | null,
	secretNames: readonly string[],
): readonly Problem[] {
	return parseReports(config, buildSecrets(secretNames), "router").problems;
}

/** What would be there with the edits. */
function listSecrets(): readonly string[] {
	const edits = secrets.differences.value.filter((each): each is Secret => each.kind === "secret");
	const nameOf = ({ section, option }: Secret) => `${section}.${option}`;
	const removed = edits.filter((each) => each.removed).map(nameOf);
	const added = edits.filter((each) => !each.removed).map(nameOf);
	return [...knownSecrets.value.filter((name) => !removed.includes(name)), ...added];
}

function buildSecrets(names: readonly string[]): ConfigPackage {
	const sections = new Map<string, Map<string, string>>();
	for (const name of names) {
		const [section = "", option = ""] = name.split(".");
		sections.set(section, (sections.get(section) ?? new Map()).set(option, UNSEEN));
	}
	return {
		name: "polywan_secrets",
		sections: [...sections].map(
			([name, options]): ConfigSection => ({ type: "secret", name, anonymous: false, options }),
		),
	};
}

function labelOf(key: string, otherwise: string): string {
	return isReportsKey(key) ? tr(key) : otherwise;
}

/** The one section of its type, where there is one. */
export function singleOf(config: ConfigPackage, type: string): ConfigSection | undefined {
	return sectionsOf(config, type)[0];
}

import type { App, Catalogue } from "../app/catalogue.ts";
import type { Condition } from "../config/condition.ts";
import type { Match } from "../config/model.ts";
import type { PortRange } from "../config/port-range.ts";
import { renderSuggestion } from "../config/suggestion.ts";
import type { Waiting } from "./rule-match.ts";

/**
 * A match with applications as the matches that stand for it, of which any one will do: each knows names, networks and
 * ports instead. A match without applications stands for itself.
 */
export function expandApps(match: Match, catalogue: Catalogue | undefined): readonly Match[] | Waiting {
	const wanted = match.conditions.filter((condition) => condition.on === "app");
	if (wanted.length === 0) return [match];
	const others = match.conditions.filter((condition) => condition.on !== "app");
	const excluded: Condition[] = [];
	let alternatives: readonly Match[] = [{ ...match, conditions: others }];
	for (const { names, not } of wanted) {
		const apps = findApps(names, catalogue);
		if ("message" in apps) return apps;
		if (!not) {
			alternatives = alternatives.flatMap((alternative) => alternativesOf(alternative, apps));
			continue;
		}
		const byPort = apps.find(({ services }) => services.length > 0);
		if (byPort !== undefined) {
			const message = "is known by its ports, too, and so cannot be excluded; the rule is left out";
			return { option: "app", value: `!${byPort.name}`, message };
		}
		excluded.push(...destinationsOf(apps).map((condition) => ({ ...condition, not: true })));
	}
	return alternatives.map((alternative) => ({
		...alternative,
		conditions: [...alternative.conditions, ...excluded],
	}));
}

function findApps(names: readonly string[], catalogue: Catalogue | undefined): readonly App[] | Waiting {
	const apps: App[] = [];
	for (const name of names) {
		const members = catalogue?.categories.get(name) ?? [name];
		const found = members.map((member) => catalogue?.apps.get(member)).filter((app) => app !== undefined);
		if (found.length === 0) {
			const known = [...(catalogue?.apps.keys() ?? []), ...(catalogue?.categories.keys() ?? [])];
			const message = `is neither an application nor a category of the catalogue${renderSuggestion(name, known)}; the rule is left out`;
			return { option: "app", value: name, message };
		}
		apps.push(...found);
	}
	return apps;
}

function destinationsOf(apps: readonly App[]): readonly Condition[] {
	const domains = [...new Set(apps.flatMap((app) => app.domains))].sort();
	const networks = [...new Set(apps.flatMap((app) => app.networks))];
	const conditions: Condition[] = [];
	if (domains.length > 0) conditions.push({ on: "domain", not: false, names: domains });
	if (networks.length > 0) conditions.push({ on: "destination", not: false, networks });
	return conditions;
}

function alternativesOf(match: Match, apps: readonly App[]): readonly Match[] {
	const byDestination = destinationsOf(apps).map((condition) => ({
		...match,
		conditions: [...match.conditions, condition],
	}));
	const byPort = apps
		.flatMap(({ services }) => services)
		.flatMap(({ protocol, ports }): Match[] => {
			const isOther = match.protocols.length > 0 && !match.protocols.includes(protocol);
			const both = intersect(match.destinationPorts, ports);
			return isOther || both.length === 0
				? []
				: [{ ...match, protocols: [protocol], destinationPorts: both }];
		});
	return [...byDestination, ...byPort];
}

/** Ports that are in both lists; an empty first list is no condition. */
function intersect(wanted: readonly PortRange[], ports: readonly PortRange[]): readonly PortRange[] {
	if (wanted.length === 0) return ports;
	return wanted.flatMap((a) =>
		ports
			.map((b) => ({ from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) }))
			.filter(({ from, to }) => from <= to),
	);
}

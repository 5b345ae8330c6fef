import {
	addSection,
	type ConfigPackage,
	type ConfigSection,
	deleteSection,
	finderOf,
	findSection,
	moveSection,
	setOption,
} from "./config.ts";
import { isSame } from "./operations.ts";

/** One thing that is different, to be told in words. */
export type Difference =
	| { readonly kind: "added" | "removed"; readonly section: ConfigSection }
	| {
			readonly kind: "changed";
			readonly section: ConfigSection;
			readonly option: string;
			/** Null: not written. */
			readonly before: string | null;
			readonly after: string | null;
	  }
	/** A secret of reports, which nobody can read. */
	| {
			readonly kind: "secret";
			readonly section: string;
			readonly option: string;
			readonly removed: boolean;
	  }
	/** The order of the sections of a type, where it means something. */
	| { readonly kind: "ordered"; readonly type: string; readonly names: readonly string[] };

/** What was changed from `before` to `after`, in the order of the configuration. */
export function buildDifferences(before: ConfigPackage, after: ConfigPackage): Difference[] {
	if (before === after) return [];
	const [findBefore, findAfter] = [finderOf(before), finderOf(after)];
	const removed = before.sections
		.filter((section) => !findAfter(section))
		.map((section): Difference => ({ kind: "removed", section }));
	const rest = after.sections.flatMap((section): Difference[] => {
		const old = findBefore(section);
		if (old === section) return [];
		return old ? changedOptions(old, section) : [{ kind: "added", section }];
	});
	return [...removed, ...rest, ...reordered(before, after, "rule")];
}

/** Makes the same changes to another configuration; what they meant and is not there any more is left out. */
export function applyDifferences(config: ConfigPackage, differences: readonly Difference[]): ConfigPackage {
	return differences.reduce(applyDifference, config);
}

function applyDifference(config: ConfigPackage, difference: Difference): ConfigPackage {
	switch (difference.kind) {
		case "added": {
			const { type, name, options } = difference.section;
			if (findSection(config, name) !== undefined) return config;
			return addSection(config, type, name, Object.fromEntries(options));
		}
		case "secret":
			return config;
		case "removed":
			return deleteSection(config, difference.section.name);
		case "changed": {
			const { section, option } = difference;
			return setOption(config, section.name, option, section.options.get(option) ?? "");
		}
		case "ordered": {
			const [first = "", ...others] = difference.names;
			return others.reduce(
				({ ordered, before }, name) => ({ ordered: moveSection(ordered, name, before, true), before: name }),
				{ ordered: config, before: first },
			).ordered;
		}
	}
}

/**
 * Something like the configuration in force, from what is staged and rpcd's list of changes: what was changed is taken out.
 * For changes another program staged before this page was opened.
 */
export function withoutChanges(config: ConfigPackage, changes: readonly unknown[]): ConfigPackage {
	let { sections } = config;
	for (const change of changes) {
		if (!Array.isArray(change)) continue;
		const [command, name, option] = change.map(String);
		if (command === "add" || (command === "set" && change.length === 3))
			sections = sections.filter((section) => section.name !== name);
		else if (option !== undefined)
			sections = sections.map((section) =>
				section.name === name
					? { ...section, options: new Map([...section.options].filter(([key]) => key !== option)) }
					: section,
			);
	}
	return { ...config, sections };
}

/** Whether both change the same option, the same section as a whole, or the order. */
export function isAbout(one: Difference, other: Difference): boolean {
	const [a, b] = [placeOf(one), placeOf(other)];
	if (a === null || b === null) return a === b && one.kind === other.kind;
	return a.section === b.section && (a.option === null || b.option === null || a.option === b.option);
}

/** Whether rpcd's list of changes has it: it is not in force then. */
export function isStaged(difference: Difference, changes: readonly unknown[]): boolean {
	const place = placeOf(difference);
	return changes.some((change) => {
		if (!Array.isArray(change)) return false;
		const [command, section, option] = change.map(String);
		if (place === null || command === "order") return place === null && command === "order";
		const isWhole = command === "add" || change.length < 3 || (command === "set" && change.length === 3);
		return section === place.section && (isWhole || place.option === null || option === place.option);
	});
}

/** Null: not of one section. */
function placeOf(
	difference: Difference,
): { readonly section: string; readonly option: string | null } | null {
	if (difference.kind === "ordered") return null;
	if (difference.kind === "secret") return { section: difference.section, option: difference.option };
	const option = difference.kind === "changed" ? difference.option : null;
	return { section: difference.section.name, option };
}

function changedOptions(before: ConfigSection, section: ConfigSection): Difference[] {
	const options = new Set([...before.options.keys(), ...section.options.keys()]);
	return [...options]
		.filter((option) => !isSame(before.options.get(option), section.options.get(option)))
		.map((option) => ({
			kind: "changed",
			section,
			option,
			before: written(before, option),
			after: written(section, option),
		}));
}

function written(section: ConfigSection, option: string): string | null {
	const value = section.options.get(option);
	return value === undefined ? null : typeof value === "string" ? value : value.join(", ");
}

function reordered(before: ConfigPackage, after: ConfigPackage, type: string): Difference[] {
	const names = (config: ConfigPackage, other: ConfigPackage) => {
		const there = new Set(other.sections.map(({ name }) => name));
		return config.sections
			.filter((section) => section.type === type && there.has(section.name))
			.map(({ name }) => name);
	};
	const now = names(after, before);
	return names(before, after).join(" ") === now.join(" ") ? [] : [{ kind: "ordered", type, names: now }];
}

import type { Plan } from "../../plan/plan.ts";
import { renderRuleset } from "./ruleset.ts";
import { buildNftRuleset, NFT_TABLE } from "./table.ts";

/**
 * How to see whether the kernel holds what it should: nft prints rules in words of its own, so the wanted table is loaded
 * under another name, where it does nothing, listed by the same nft, and the two texts are compared.
 */
export const COMPARED_TABLE = "polywan_wanted";

/** Sets whose elements come at run time: of resets, and those named by a letter and a hash. */
const FILLED = /^(reset|[dhkq][0-9a-f]{8}_(\d+_)?)[46]$/;

export function isFilledSet(name: string): boolean {
	return FILLED.test(name);
}

/** Loads the wanted table, switched off. */
export function renderNftComparison(plan: Plan): string {
	return `${renderNftComparisonEnd()}${renderRuleset(buildNftRuleset(plan), COMPARED_TABLE, "dormant")}`;
}

/** Deletes it, whether or not it exists. */
export function renderNftComparisonEnd(): string {
	return `table inet ${COMPARED_TABLE}\ndelete table inet ${COMPARED_TABLE}\n`;
}

/**
 * Lines of `nft list table inet polywan` or of the compared one that do not depend on which of them it is, on what the
 * daemon or packets put in at run time, or on the order in which a hash keeps elements.
 */
export function normaliseNftListing(text: string): readonly string[] {
	const lines: string[] = [];
	let isFilled = false;
	for (const raw of joinElements(text)) {
		const line = raw.trim();
		if (line === "" || line.startsWith("#") || line === "flags dormant") continue;
		if (/^(set|map|chain) /.test(line)) isFilled = isFilledSet(line.split(" ")[1] ?? "");
		if (isFilled && line.startsWith("elements")) continue;
		const table = /^table inet \S+ \{$/.test(line) ? `table inet ${NFT_TABLE} {` : line;
		lines.push(table.startsWith("elements = {") ? sortElements(table) : table);
	}
	return lines;
}

/** What only one of two normalised listings has: "+" wanted but not there, "-" there but not wanted. */
export function diffNftListings(actual: readonly string[], wanted: readonly string[]): readonly string[] {
	const have = labelLines(actual);
	const want = labelLines(wanted);
	const haveSet = new Set(have);
	const wantSet = new Set(want);
	return [
		...have.filter((line) => !wantSet.has(line)).map((line) => `- ${line}`),
		...want.filter((line) => !haveSet.has(line)).map((line) => `+ ${line}`),
	];
}

/** nft breaks long element lists over lines. */
function joinElements(text: string): readonly string[] {
	const joined: string[] = [];
	let open: string | null = null;
	for (const line of text.split("\n")) {
		const whole: string = open === null ? line : `${open} ${line.trim()}`;
		open = /^\s*elements = \{/.test(whole) && !whole.trimEnd().endsWith("}") ? whole : null;
		if (open === null) joined.push(whole);
	}
	return joined;
}

function sortElements(line: string): string {
	const inner = line.slice("elements = {".length, line.lastIndexOf("}"));
	const elements = inner.split(",").map((element) => element.trim());
	return `elements = { ${elements.sort().join(", ")} }`;
}

/** A rule means something only in its chain and at its place among the rules before it. */
function labelLines(lines: readonly string[]): readonly string[] {
	let section = "";
	let place = 0;
	return lines.flatMap((line) => {
		if (/^(set|map|chain) .*\{$/.test(line)) {
			section = line.slice(0, -2);
			place = 0;
			return [section];
		}
		if (line === "}" || line.startsWith("table ")) return [];
		place++;
		return [`${section} [${place}]: ${line}`];
	});
}

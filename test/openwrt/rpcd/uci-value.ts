import type { BlobTable, BlobValue } from "ubus-js/codec";
import type { UciPackage, UciSection, UciValue } from "uci-parser/config";
import type { Delta } from "uci-parser/delta";

/** A blob value as rpcd writes it into a configuration; undefined for what it refuses (doubles, null, tables). */
export function formatValue(value: BlobValue | undefined): string | undefined {
	if (typeof value === "string") return value;
	if (typeof value === "boolean") return value ? "1" : "0";
	if (typeof value === "bigint") return String(BigInt.asUintN(64, value));
	if (typeof value !== "number" || !Number.isInteger(value)) return undefined;
	if (value >= 0) return String(value);
	// rpcd prints integers unsigned, in the width they came in.
	return value >= -(2 ** 31) ? String(value >>> 0) : String(BigInt.asUintN(64, BigInt(value)));
}

/** Whether a section is of the type and each value given is (among) that option's. */
export function matchesSection(
	section: UciSection,
	type: string | undefined,
	match: BlobTable | undefined,
): boolean {
	if (type !== undefined && section.type !== type) return false;
	let isEmpty = true;
	let matched = false;
	for (const [name, wanted] of Object.entries(match ?? {})) {
		const text = formatValue(wanted);
		if (text === undefined) continue;
		isEmpty = false;
		const value = section.options.get(name);
		if (value === undefined) continue;
		if (!holds(value, text)) return false;
		matched = true;
	}
	return isEmpty || matched;
}

function holds(value: UciValue, wanted: string): boolean {
	return typeof value === "string" ? value.split(/[ \t]+/).includes(wanted) : value.includes(wanted);
}

export function dumpSection(section: UciSection, index?: number): BlobTable {
	return {
		".anonymous": section.anonymous,
		".type": section.type,
		".name": section.name,
		...(index !== undefined && { ".index": index }),
		...Object.fromEntries([...section.options].map(([name, value]) => [name, dumpValue(value)])),
	};
}

export function dumpValue(value: UciValue): BlobValue {
	return typeof value === "string" ? value : [...value];
}

export function dumpPackage(
	pkg: UciPackage,
	type: string | undefined,
	match: BlobTable | undefined,
): BlobTable {
	const chosen = pkg.sections.flatMap((section, index) =>
		matchesSection(section, type, match) ? [[section.name, dumpSection(section, index)]] : [],
	);
	return Object.fromEntries(chosen);
}

const CHANGE_NAMES = {
	set: "set",
	add: "add",
	remove: "remove",
	rename: "rename",
	reorder: "order",
	addList: "list-add",
	removeList: "list-del",
} as const;

/** `["set", section, option, value]` and so on. */
export function dumpChange(delta: Delta): BlobValue[] {
	const change: BlobValue[] = [CHANGE_NAMES[delta.command], delta.section];
	if (delta.option !== undefined) change.push(delta.option);
	if (delta.value !== undefined) change.push(delta.command === "reorder" ? Number(delta.value) : delta.value);
	return change;
}

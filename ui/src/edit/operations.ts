import { type ConfigPackage, type ConfigSection, type ConfigValue, finderOf } from "./config.ts";

/** One call of rpcd's `uci` object, without the name of the configuration. */
export interface UciOperation {
	readonly method: "add" | "set" | "delete" | "order";
	readonly args: Readonly<Record<string, string | string[] | { [option: string]: string | string[] }>>;
}

/** The calls that make the staged configuration `to` out of `from`, to be made in this order. */
export function buildOperations(from: ConfigPackage, to: ConfigPackage): UciOperation[] {
	const operations: UciOperation[] = [];
	const [findBefore, kept] = [finderOf(from), finderOf(to)];
	for (const section of from.sections)
		if (!kept(section)) operations.push({ method: "delete", args: { section: section.name } });
	const names = from.sections.filter(kept).map(({ name }) => name);
	for (const section of to.sections) {
		const before = findBefore(section);
		if (before === section) continue;
		if (before !== undefined) operations.push(...changeOptions(before, section));
		else {
			const { type, name } = section;
			operations.push({ method: "add", args: { type, name, values: toTable(section.options) } });
			names.push(name);
		}
	}
	const order = to.sections.map(({ name }) => name);
	if (order.join(" ") !== names.join(" ")) operations.push({ method: "order", args: { sections: order } });
	return operations;
}

function changeOptions(before: ConfigSection, after: ConfigSection): UciOperation[] {
	const section = after.name;
	const gone = [...before.options.keys()].filter((option) => !after.options.has(option));
	const changed = [...after.options].filter(([option, value]) => !isSame(before.options.get(option), value));
	return [
		...(gone.length > 0 ? [{ method: "delete" as const, args: { section, options: gone } }] : []),
		...(changed.length > 0
			? [{ method: "set" as const, args: { section, values: toTable(new Map(changed)) } }]
			: []),
	];
}

export function isSame(a: ConfigValue | undefined, b: ConfigValue | undefined): boolean {
	return a === b || (typeof a === "object" && typeof b === "object" && a.join("\n") === b.join("\n"));
}

function toTable(options: ReadonlyMap<string, ConfigValue>): { [option: string]: string | string[] } {
	return Object.fromEntries(
		[...options].map(([option, value]) => [option, typeof value === "string" ? value : [...value]]),
	);
}

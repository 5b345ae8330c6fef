import type { UciSection, UciValue } from "uci-parser/config";
import { lookUpSection, parsePath } from "uci-parser/path";
import { UciFailure } from "./status.ts";
import type { LoadedPackage, UciStore } from "./store.ts";

/** What a path on the command line means in the configuration as it is. */
export interface Target {
	readonly package: string;
	readonly loaded: LoadedPackage;
	/** The section's name where it exists, else as it was written. */
	readonly sectionName?: string;
	readonly section?: UciSection;
	readonly option?: string;
	readonly current?: UciValue;
	readonly value?: string;
	/** Everything the path names exists. */
	readonly complete: boolean;
}

/** Looks a path up. Throws UciFailure for a malformed one or a missing package. */
export function lookUp(store: UciStore, text: string): Target {
	const path = parsePath(text);
	if (!path) throw new UciFailure("parse");
	const loaded = store.load(path.package);
	const base = {
		package: path.package,
		loaded,
		...(path.option !== undefined && { option: path.option }),
		...(path.value !== undefined && { value: path.value }),
	};
	if (path.section === undefined) return { ...base, complete: true };
	const section = lookUpSection(loaded.pkg, path.section);
	if (section === null) throw new UciFailure("invalid");
	if (section === undefined) return { ...base, sectionName: path.section, complete: false };
	const current = path.option === undefined ? undefined : section.options.get(path.option);
	return {
		...base,
		sectionName: section.name,
		section,
		...(current !== undefined && { current }),
		complete: path.option === undefined || current !== undefined,
	};
}

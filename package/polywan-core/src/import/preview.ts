import type { UciPackage } from "uci-parser/config";
import type { ImportNote } from "./note.ts";

/** A section as it travels over the bus: a string is an option, an array a list. */
export interface SectionTable {
	readonly type: string;
	/** Null: anonymous. */
	readonly name: string | null;
	readonly options: Readonly<Record<string, string | readonly string[]>>;
}

/** What the daemon's method `import` answers. */
export interface ImportPreview {
	/** There is a configuration of mwan3. */
	readonly present: boolean;
	/** mwan3 starts at boot, and would go on beside polywan. */
	readonly enabled: boolean;
	/** What would stand in /etc/config/polywan. */
	readonly sections: readonly SectionTable[];
	readonly notes: readonly ImportNote[];
}

export function toTables({ sections }: UciPackage): SectionTable[] {
	return sections.map(({ type, name, anonymous, options }) => ({
		type,
		name: anonymous ? null : name,
		options: Object.fromEntries(options),
	}));
}

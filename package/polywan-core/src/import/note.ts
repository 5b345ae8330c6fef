/**
 * What became of one option or section of a foreign configuration. "kept": it means the same as before, "changed": polywan does it
 * its own way, "lost": polywan cannot do it.
 */
export interface ImportNote {
	/** Name of the foreign section; null: the whole file is meant. */
	readonly section: string | null;
	readonly option: string | null;
	/** The value as written. */
	readonly value: string | null;
	readonly kind: "kept" | "changed" | "lost";
	/** What became of it, or why nothing did; without the location. */
	readonly message: string;
}

/** `mwan3.wan.count '3': not kept, because …` */
export function renderImportNote(note: ImportNote, configName: string): string {
	const place = [configName, note.section, note.option].filter((part) => part !== null).join(".");
	const value = note.value === null ? "" : ` '${note.value}'`;
	const verb = { kept: "kept as", changed: "changed:", lost: "not kept, because" }[note.kind];
	return `${place}${value}: ${verb} ${note.message}`;
}

/** A section of a UCI package. An option is a string, a list is an array of strings; both keep file order. */
export interface UciSection {
	readonly type: string;
	/** The written name, or the one libuci generates for an anonymous section (`cfg01e48a`). */
	readonly name: string;
	readonly anonymous: boolean;
	readonly options: ReadonlyMap<string, UciValue>;
}

export type UciValue = string | readonly string[];

/** One configuration file, e.g. `/etc/config/network`, as a value. */
export interface UciPackage {
	readonly name: string;
	readonly sections: readonly UciSection[];
	/**
	 * How many sections were ever made in this package, deleted ones included: the next anonymous name is
	 * derived from it. Left out: the number of sections.
	 */
	readonly made?: number;
}

/** A file libuci refuses. `line` counts the line feeds read so far, `byte` is the offset inside the logical line. */
export class UciError extends Error {
	readonly reason: string;
	readonly line: number;
	readonly byte: number;

	constructor(reason: string, line: number, byte: number) {
		super(`Parse error (${reason}) at line ${line}, byte ${byte}`);
		this.name = "UciError";
		this.reason = reason;
		this.line = line;
		this.byte = byte;
	}
}

/** The first section of that name; later ones of the same name (left by a rename) are hidden, as in libuci. */
export function findSection(pkg: UciPackage, name: string): UciSection | undefined {
	return pkg.sections.find((section) => section.name === name);
}

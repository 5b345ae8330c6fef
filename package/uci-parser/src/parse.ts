import { staysAnonymous } from "./change.ts";
import type { UciPackage, UciSection } from "./config.ts";
import { anonymousName } from "./name.ts";
import { type ReadOptions, readStatements, type StatementPlace } from "./statement.ts";

/**
 * Parses a configuration file as libuci loads `/etc/config/<name>`; a `package` line in it is ignored. Throws
 * UciError (with line and byte) unless `strict` is false, which leaves the lines with errors out.
 */
export function parsePackage(name: string, text: string, options: ReadOptions = {}): UciPackage {
	const builder = new PackageBuilder(name, options.strict ?? true);
	readStatements(text, builder, options);
	return builder.finish();
}

/**
 * Parses what `uci export` prints: any number of packages, each begun by a `package` line. Throws UciError, also
 * for a section before the first `package` line and for a package that comes twice.
 */
export function parsePackages(text: string, options: ReadOptions = {}): UciPackage[] {
	const strict = options.strict ?? true;
	const builders: PackageBuilder[] = [];
	let current: PackageBuilder | undefined;
	readStatements(
		text,
		{
			check(command, at) {
				if (command === "config" && !current) {
					throw at.reject("attempting to import a file without a package name");
				}
				(current ?? new PackageBuilder("", strict)).check(command, at);
			},
			package(name, at) {
				if (builders.some((builder) => builder.name === name)) throw at.reject(DUPLICATE_PACKAGE);
				current = new PackageBuilder(name, strict);
				builders.push(current);
			},
			section: (type, name, at) => current?.section(type, name, at),
			option: (name, value) => current?.option(name, value),
			list: (name, value) => current?.list(name, value),
		},
		options,
	);
	return builders.map((builder) => builder.finish());
}

// Reasons of errors, libuci's words but for the first.
export const DUPLICATE_PACKAGE = "duplicate package";
export const NO_SECTION = "option/list command found before the first section";
export const TYPE_CLASH = "section of different type overwrites prior section with same name";

interface GrowingSection extends UciSection {
	type: string;
	anonymous: boolean;
	readonly options: Map<string, string | string[]>;
}

/** Collects the statements of one package. */
class PackageBuilder {
	readonly name: string;
	private readonly strict: boolean;
	private readonly sections: GrowingSection[] = [];
	private readonly byName = new Map<string, GrowingSection>();
	private current: GrowingSection | undefined;

	constructor(name: string, strict: boolean) {
		this.name = name;
		this.strict = strict;
	}

	section(type: string, name: string, at: StatementPlace): void {
		const known = name === "" ? undefined : this.byName.get(name);
		if (known) this.reopen(known, type, at);
		else this.open(type, name);
	}

	check(command: "config" | "option", at: StatementPlace): void {
		if (command === "option" && !this.current) {
			throw at.reject(NO_SECTION);
		}
	}

	option(name: string, value: string): void {
		if (value !== "") this.current?.options.set(name, value);
	}

	list(name: string, value: string): void {
		const options = this.current?.options;
		const known = options?.get(name);
		if (known === undefined) options?.set(name, [value]);
		else if (typeof known === "string") options?.set(name, [known, value]);
		else known.push(value);
	}

	finish(): UciPackage {
		return { name: this.name, sections: this.sections, made: this.sections.length };
	}

	private open(type: string, written: string): void {
		const anonymous = written === "";
		const name = anonymous ? anonymousName(this.sections.length + 1, type) : written;
		this.current = { type, name, anonymous, options: new Map() };
		this.sections.push(this.current);
		if (!this.byName.has(name)) this.byName.set(name, this.current);
	}

	private reopen(known: GrowingSection, type: string, at: StatementPlace): void {
		if (known.type !== type) {
			if (this.strict) {
				throw at.reject(TYPE_CLASH);
			}
			known.anonymous = staysAnonymous(known, type);
			known.type = type;
		}
		this.current = known;
	}
}

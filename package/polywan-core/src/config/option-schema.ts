import type { Datatype } from "./datatype.ts";

/** One option of one section type: the single source for validation, `polywan help options` and the panel's forms. */
export interface OptionSchema {
	readonly name: string;
	readonly type: Datatype;
	/** A UCI list; a plain option with values between blanks means the same. */
	readonly list: boolean;
	/** As it would be written in UCI; null: absent, which the help explains. */
	readonly default: string | readonly string[] | null;
	/** Without a usable value the whole section is left out: its default would mean something else. */
	readonly essential: boolean;
	/** A value after `!` must not be the case, as in /etc/config/firewall. */
	readonly negatable: boolean;
	readonly help: string;
}

/** `Type`: the section types of one configuration file; those of /etc/config/polywan unless another table says so. */
export interface SectionSchema<Type extends string = SectionType> {
	readonly type: Type;
	readonly help: string;
	readonly options: readonly OptionSchema[];
	/** An option nobody knows leaves the whole section out: it may have been meant to narrow what the section does. */
	readonly refusesUnknown?: boolean;
}

export type SectionType = "globals" | "uplink" | "policy" | "member" | "rule";

interface Extra {
	readonly list?: boolean;
	readonly essential?: boolean;
	readonly negatable?: boolean;
}

export function option(
	name: string,
	type: Datatype,
	fallback: OptionSchema["default"],
	help: string,
	extra: Extra = {},
): OptionSchema {
	return {
		name,
		type,
		default: fallback,
		help,
		list: extra.list ?? false,
		essential: extra.essential ?? false,
		negatable: extra.negatable ?? false,
	};
}

export function choice(...choices: string[]): Datatype {
	return { kind: "choice", choices };
}

export function integer(min: number, max: number): Datatype {
	return { kind: "integer", min, max };
}

export function duration(minMs: number, maxMs: number): Datatype {
	return { kind: "duration", minMs, maxMs };
}

export function nameOf(of: string): Datatype {
	return { kind: "name", of };
}

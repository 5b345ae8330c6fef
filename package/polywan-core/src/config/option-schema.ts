import type { Datatype } from "./datatype.ts";
import type { OptionSchema } from "./schema.ts";

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

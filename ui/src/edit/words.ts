import { signal } from "@preact/signals";
import type { OptionSchema } from "polywan-core/config/option-schema";
import { lateWords } from "../late-words.ts";
import { type EditKey, type EditWords, editEn, type HelpWords } from "../words/edit/en.ts";
import { fillPlaces, type Places } from "../words.ts";
import type { Difference } from "./differences.ts";

export type Secret = Extract<Difference, { kind: "secret" }>;

interface Loaded {
	readonly words: EditWords;
	readonly help: HelpWords;
}

const loaded = lateWords<Loaded>(
	{ words: editEn, help: {} },
	{
		de: () => import("../words/edit/de.ts").then(({ editDe, helpDe }) => ({ words: editDe, help: helpDe })),
		es: () => import("../words/edit/es.ts").then(({ editEs, helpEs }) => ({ words: editEs, help: helpEs })),
		zh: () => import("../words/edit/zh.ts").then(({ editZh, helpZh }) => ({ words: editZh, help: helpZh })),
	},
);

/** As t(), for what only the editing pages say. */
export function te(key: EditKey, places: Places = {}): string {
	return fillPlaces(loaded.value.words[key], places);
}

/** Names of what another configuration has; whoever edits that brings them along. */
export interface Labels {
	type(type: string): string;
	option(type: string, option: string): string;
	/** Null: the schema's own words will do. */
	help(type: string, option: string): string | null;
	secret(secret: Secret): string;
}

export const labels = signal<Labels | null>(null);

export function optionLabel(type: string, option: string): string {
	const key = `option.${type}.${option}`;
	return key in editEn ? te(key as EditKey) : (labels.value?.option(type, option) ?? option);
}

export function typeLabel(type: string): string {
	const key = `type.${type}`;
	return key in editEn ? te(key as EditKey) : (labels.value?.type(type) ?? type);
}

export function optionHelp(type: string, option: OptionSchema): string {
	return loaded.value.help[`${type}.${option.name}`] ?? labels.value?.help(type, option.name) ?? option.help;
}

export function secretLabel(secret: Secret): string {
	return labels.value?.secret(secret) ?? `${secret.section} ${secret.option}`;
}

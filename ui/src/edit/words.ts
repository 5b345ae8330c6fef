import type { OptionSchema } from "polywan-core/config/schema";
import { lateWords } from "../late-words.ts";
import { type EditKey, type EditWords, editEn, type HelpWords } from "../words/edit/en.ts";
import { fillPlaces, type Places } from "../words.ts";

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

export function optionLabel(type: string, option: string): string {
	const key = `option.${type}.${option}`;
	return key in editEn ? te(key as EditKey) : option;
}

export function typeLabel(type: string): string {
	const key = `type.${type}`;
	return key in editEn ? te(key as EditKey) : type;
}

export function optionHelp(type: string, option: OptionSchema): string {
	return loaded.value.help[`${type}.${option.name}`] ?? option.help;
}

import { effect, signal } from "@preact/signals";
import type { OptionSchema } from "polywan-core/config/schema";
import { type EditKey, type EditWords, editEn, type HelpWords } from "../words/edit/en.ts";
import { fillPlaces, language, type Places } from "../words.ts";

interface Loaded {
	readonly words: EditWords;
	readonly help: HelpWords;
}

const english: Loaded = { words: editEn, help: {} };
const loaded = signal<Loaded>(english);

const LOADERS: Readonly<Record<string, () => Promise<Loaded>>> = {
	de: () => import("../words/edit/de.ts").then(({ editDe, helpDe }) => ({ words: editDe, help: helpDe })),
	es: () => import("../words/edit/es.ts").then(({ editEs, helpEs }) => ({ words: editEs, help: helpEs })),
	zh: () => import("../words/edit/zh.ts").then(({ editZh, helpZh }) => ({ words: editZh, help: helpZh })),
};

effect(() => {
	const tag = language.value;
	const load = LOADERS[tag];
	if (load === undefined) loaded.value = english;
	else
		load().then(
			(words) => {
				if (language.value === tag) loaded.value = words;
			},
			() => {},
		);
});

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

import { lateWords } from "../late-words.ts";
import { type TemplatesKey, type TemplatesWords, templatesEn } from "../words/templates/en.ts";
import { fillPlaces, type Places } from "../words.ts";

const words = lateWords<TemplatesWords>(templatesEn, {
	de: async () => (await import("../words/templates/de.ts")).templatesDe,
	es: async () => (await import("../words/templates/es.ts")).templatesEs,
	zh: async () => (await import("../words/templates/zh.ts")).templatesZh,
});

/** As t(), for what only this part says. */
export function tt(key: TemplatesKey, places: Places = {}): string {
	return fillPlaces(words.value[key], places);
}

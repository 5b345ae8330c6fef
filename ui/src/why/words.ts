import { lateWords } from "../late-words.ts";
import { type WhyKey, type WhyWords, whyEn } from "../words/why/en.ts";
import { fillPlaces, type Places } from "../words.ts";

const words = lateWords<WhyWords>(whyEn, {
	de: async () => (await import("../words/why/de.ts")).whyDe,
	es: async () => (await import("../words/why/es.ts")).whyEs,
	zh: async () => (await import("../words/why/zh.ts")).whyZh,
});

/** As t(), for what only this part says. */
export function ty(key: WhyKey, places: Places = {}): string {
	return fillPlaces(words.value[key], places);
}

import { lateWords } from "../late-words.ts";
import { type MoreKey, type MoreWords, moreEn } from "../words/more/en.ts";
import { fillPlaces, type Places } from "../words.ts";

const words = lateWords<MoreWords>(moreEn, {
	de: async () => (await import("../words/more/de.ts")).moreDe,
	es: async () => (await import("../words/more/es.ts")).moreEs,
	zh: async () => (await import("../words/more/zh.ts")).moreZh,
});

/** As t(), for what only the pages that are looked at less often say. */
export function tm(key: MoreKey, places: Places = {}): string {
	return fillPlaces(words.value[key], places);
}

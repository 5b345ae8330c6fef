import { lateWords } from "../late-words.ts";
import { type QualityKey, type QualityWords, qualityEn } from "../words/quality/en.ts";
import { fillPlaces, type Places } from "../words.ts";

const words = lateWords<QualityWords>(qualityEn, {
	de: async () => (await import("../words/quality/de.ts")).qualityDe,
	es: async () => (await import("../words/quality/es.ts")).qualityEs,
	zh: async () => (await import("../words/quality/zh.ts")).qualityZh,
});

/** As t(), for what only this page says. */
export function tq(key: QualityKey, places: Places = {}): string {
	return fillPlaces(words.value[key], places);
}

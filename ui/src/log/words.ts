import { lateWords } from "../late-words.ts";
import { type LogKey, type LogWords, logEn } from "../words/log/en.ts";
import { fillPlaces, type Places } from "../words.ts";

const words = lateWords<LogWords>(logEn, {
	de: async () => (await import("../words/log/de.ts")).logDe,
	es: async () => (await import("../words/log/es.ts")).logEs,
	zh: async () => (await import("../words/log/zh.ts")).logZh,
});

/** As t(), for what only the page about the log says. */
export function tl(key: LogKey, places: Places = {}): string {
	return fillPlaces(words.value[key], places);
}

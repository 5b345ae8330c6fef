import { lateWords } from "../late-words.ts";
import { type ImportKey, type ImportWords, mwan3En } from "../words/import/en.ts";
import { fillPlaces, type Places } from "../words.ts";

const words = lateWords<ImportWords>(mwan3En, {
	de: async () => (await import("../words/import/de.ts")).mwan3De,
	es: async () => (await import("../words/import/es.ts")).mwan3Es,
	zh: async () => (await import("../words/import/zh.ts")).mwan3Zh,
});

/** As t(), for what only this part says. */
export function ti(key: ImportKey, places: Places = {}): string {
	return fillPlaces(words.value[key], places);
}

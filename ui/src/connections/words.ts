import { lateWords } from "../late-words.ts";
import { type ConnectionsKey, type ConnectionsWords, connectionsEn } from "../words/connections/en.ts";
import { fillPlaces, type Places } from "../words.ts";

const words = lateWords<ConnectionsWords>(connectionsEn, {
	de: async () => (await import("../words/connections/de.ts")).connectionsDe,
	es: async () => (await import("../words/connections/es.ts")).connectionsEs,
	zh: async () => (await import("../words/connections/zh.ts")).connectionsZh,
});

/** As t(), for what only this page says. */
export function tc(key: ConnectionsKey, places: Places = {}): string {
	return fillPlaces(words.value[key], places);
}

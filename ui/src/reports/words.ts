import { lateWords } from "../late-words.ts";
import { type ReportsHelp, type ReportsKey, type ReportsWords, reportsEn } from "../words/reports/en.ts";
import { fillPlaces, type Places } from "../words.ts";

interface Loaded {
	readonly words: ReportsWords;
	readonly help: ReportsHelp;
}

const loaded = lateWords<Loaded>(
	{ words: reportsEn, help: {} },
	{
		de: async () => {
			const { reportsDe, reportsHelpDe } = await import("../words/reports/de.ts");
			return { words: reportsDe, help: reportsHelpDe };
		},
		es: async () => {
			const { reportsEs, reportsHelpEs } = await import("../words/reports/es.ts");
			return { words: reportsEs, help: reportsHelpEs };
		},
		zh: async () => {
			const { reportsZh, reportsHelpZh } = await import("../words/reports/zh.ts");
			return { words: reportsZh, help: reportsHelpZh };
		},
	},
);

/** As t(), for what only the page of reports says. */
export function tr(key: ReportsKey, places: Places = {}): string {
	return fillPlaces(loaded.value.words[key], places);
}

export function isReportsKey(key: string): key is ReportsKey {
	return key in reportsEn;
}

/** Null: the schema's own words will do. */
export function reportsHelp(type: string, option: string): string | null {
	return loaded.value.help[`${type}.${option}`] ?? null;
}

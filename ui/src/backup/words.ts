import { lateWords } from "../late-words.ts";
import { type BackupKey, type BackupWords, backupEn } from "../words/backup/en.ts";
import { fillPlaces, type Places } from "../words.ts";

const words = lateWords<BackupWords>(backupEn, {
	de: async () => (await import("../words/backup/de.ts")).backupDe,
	es: async () => (await import("../words/backup/es.ts")).backupEs,
	zh: async () => (await import("../words/backup/zh.ts")).backupZh,
});

/** As t(), for what only this part says. */
export function tb(key: BackupKey, places: Places = {}): string {
	return fillPlaces(words.value[key], places);
}

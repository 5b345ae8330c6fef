import { lateWords } from "./late-words.ts";
import { type AloneKey, type AloneWords, aloneEn } from "./words/alone/en.ts";

const words = lateWords<AloneWords>(aloneEn, {
	de: async () => (await import("./words/alone/de.ts")).aloneDe,
	es: async () => (await import("./words/alone/es.ts")).aloneEs,
	zh: async () => (await import("./words/alone/zh.ts")).aloneZh,
});

/** As t(), for what LuCI says itself inside LuCI. */
export function ta(key: AloneKey): string {
	return words.value[key];
}

import { signal } from "@preact/signals";
import { de } from "./words/de.ts";
import { en, type WordKey, type Words } from "./words/en.ts";
import { es } from "./words/es.ts";
import { zh } from "./words/zh.ts";

/** Each language under the tag a browser or LuCI names it by, with its own name for the menu. */
export const LANGUAGES: Readonly<Record<string, { readonly name: string; readonly words: Words }>> = {
	en: { name: "English", words: en },
	de: { name: "Deutsch", words: de },
	es: { name: "Español", words: es },
	zh: { name: "中文", words: zh },
};

export const language = signal("en");

/** The best language we have for a list of wishes such as ["de-AT", "en"]. */
export function chooseLanguage(wishes: readonly string[]): string {
	for (const wish of wishes) {
		const short = wish.toLowerCase().replace("_", "-").split("-")[0] ?? "";
		if (short in LANGUAGES) return short;
	}
	return "en";
}

/** The sentence for `key`, with `{name}` places filled. */
export function t(key: WordKey, values: Readonly<Record<string, string | number>> = {}): string {
	const words = LANGUAGES[language.value]?.words ?? en;
	return words[key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

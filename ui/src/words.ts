import { batch, signal } from "@preact/signals";
import { en, type WordKey, type Words } from "./words/en.ts";

/** Each language under the tag a browser or LuCI names it by, with its own name for the menu. English is always there. */
export const LANGUAGES: Readonly<Record<string, { readonly name: string; load(): Promise<Words> }>> = {
	en: { name: "English", load: async () => en },
	de: { name: "Deutsch", load: async () => (await import("./words/de.ts")).de },
	es: { name: "Español", load: async () => (await import("./words/es.ts")).es },
	zh: { name: "中文", load: async () => (await import("./words/zh.ts")).zh },
};

/** In localStorage: the language chosen here. */
export const LANGUAGE_KEY = "polywan-language";

/** The language of the words on the screen. */
export const language = signal("en");
const words = signal<Words>(en);

/** Puts a sentence of the router's own into that language; as it is until those are loaded. */
export const saying = signal((sentence: string) => sentence);

/** The best language we have for a list of wishes such as ["de-AT", "en"]. */
export function chooseLanguage(wishes: readonly string[]): string {
	for (const wish of wishes) {
		const short = wish.toLowerCase().replace("_", "-").split("-")[0] ?? "";
		if (short in LANGUAGES) return short;
	}
	return "en";
}

/** Changes the language once its words are there; without them it stays as it is. */
export async function setLanguage(tag: string): Promise<void> {
	const loaded = await LANGUAGES[tag]?.load().catch(() => null);
	if (!loaded) return;
	batch(() => {
		words.value = loaded;
		language.value = tag;
	});
	if (tag !== "en") import("./said/said.ts").catch(() => {});
}

export type Places = Readonly<Record<string, string | number>>;

/** The sentence for `key`, with `{name}` places filled. */
export function t(key: WordKey, places: Places = {}): string {
	return fillPlaces(words.value[key], places);
}

export function fillPlaces(sentence: string, places: Places): string {
	return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => String(places[name] ?? whole));
}

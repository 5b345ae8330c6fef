import "../shared.ts";
import { effect } from "@preact/signals";
import { lateWords } from "../late-words.ts";
import type { SaidWords } from "../words/said/en.ts";
import { saying } from "../words.ts";
import { Translator } from "./translate.ts";

const words = lateWords<SaidWords | null>(null, {
	de: async () => (await import("../words/said/de.ts")).saidDe,
	es: async () => (await import("../words/said/es.ts")).saidEs,
	zh: async () => (await import("../words/said/zh.ts")).saidZh,
});

effect(() => {
	const translator = words.value === null ? null : new Translator(words.value);
	saying.value = (sentence) => translator?.translate(sentence) ?? sentence;
});

import { SCHEMA } from "polywan-core/config/schema";
import { expect, test } from "vitest";
import { de } from "../../../ui/src/words/de.ts";
import { editDe, helpDe } from "../../../ui/src/words/edit/de.ts";
import { editEn } from "../../../ui/src/words/edit/en.ts";
import { editEs, helpEs } from "../../../ui/src/words/edit/es.ts";
import { editZh, helpZh } from "../../../ui/src/words/edit/zh.ts";
import { en } from "../../../ui/src/words/en.ts";
import { es } from "../../../ui/src/words/es.ts";
import { moreDe } from "../../../ui/src/words/more/de.ts";
import { moreEn } from "../../../ui/src/words/more/en.ts";
import { moreEs } from "../../../ui/src/words/more/es.ts";
import { moreZh } from "../../../ui/src/words/more/zh.ts";
import { qualityDe } from "../../../ui/src/words/quality/de.ts";
import { qualityEn } from "../../../ui/src/words/quality/en.ts";
import { qualityEs } from "../../../ui/src/words/quality/es.ts";
import { qualityZh } from "../../../ui/src/words/quality/zh.ts";
import { zh } from "../../../ui/src/words/zh.ts";
import { chooseLanguage } from "../../../ui/src/words.ts";

const places = (sentence: string) => (sentence.match(/\{\w+\}/g) ?? []).sort();

test.each([
	["de", { ...de, ...editDe, ...moreDe, ...qualityDe }],
	["es", { ...es, ...editEs, ...moreEs, ...qualityEs }],
	["zh", { ...zh, ...editZh, ...moreZh, ...qualityZh }],
] as const)("every sentence in %s has the places of the English one", (_, words) => {
	for (const [key, sentence] of Object.entries({ ...en, ...editEn, ...moreEn, ...qualityEn })) {
		const translated: string = words[key as keyof typeof words];
		expect(translated, key).toBeTruthy();
		expect(places(translated), key).toEqual(places(sentence));
	}
});

test("help is about options there are", () => {
	const options = new Set(
		SCHEMA.flatMap(({ type, options }) => options.map(({ name }) => `${type}.${name}`)),
	);
	for (const help of [helpDe, helpEs, helpZh])
		expect(Object.keys(help).filter((key) => !options.has(key))).toEqual([]);
});

test("the language is the first wish that there is", () => {
	expect(chooseLanguage(["fr", "de-AT"])).toBe("de");
	expect(chooseLanguage(["zh_Hans"])).toBe("zh");
	expect(chooseLanguage([])).toBe("en");
});

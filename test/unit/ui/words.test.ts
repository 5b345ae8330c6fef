import { SCHEMA } from "polywan-core/config/schema";
import { REPORTS_SCHEMA, SECRETS_SCHEMA } from "polywan-reports/config/schema";
import { expect, test } from "vitest";
import { backupDe } from "../../../ui/src/words/backup/de.ts";
import { backupEn } from "../../../ui/src/words/backup/en.ts";
import { backupEs } from "../../../ui/src/words/backup/es.ts";
import { backupZh } from "../../../ui/src/words/backup/zh.ts";
import { cardDe } from "../../../ui/src/words/card/de.ts";
import { cardEn } from "../../../ui/src/words/card/en.ts";
import { cardEs } from "../../../ui/src/words/card/es.ts";
import { cardZh } from "../../../ui/src/words/card/zh.ts";
import { connectionsDe } from "../../../ui/src/words/connections/de.ts";
import { connectionsEn } from "../../../ui/src/words/connections/en.ts";
import { connectionsEs } from "../../../ui/src/words/connections/es.ts";
import { connectionsZh } from "../../../ui/src/words/connections/zh.ts";
import { de } from "../../../ui/src/words/de.ts";
import { diagnosticsDe } from "../../../ui/src/words/diagnostics/de.ts";
import { diagnosticsEn } from "../../../ui/src/words/diagnostics/en.ts";
import { diagnosticsEs } from "../../../ui/src/words/diagnostics/es.ts";
import { diagnosticsZh } from "../../../ui/src/words/diagnostics/zh.ts";
import { editDe, helpDe } from "../../../ui/src/words/edit/de.ts";
import { editEn } from "../../../ui/src/words/edit/en.ts";
import { editEs, helpEs } from "../../../ui/src/words/edit/es.ts";
import { editZh, helpZh } from "../../../ui/src/words/edit/zh.ts";
import { en } from "../../../ui/src/words/en.ts";
import { es } from "../../../ui/src/words/es.ts";
import { mwan3De } from "../../../ui/src/words/import/de.ts";
import { mwan3En } from "../../../ui/src/words/import/en.ts";
import { mwan3Es } from "../../../ui/src/words/import/es.ts";
import { mwan3Zh } from "../../../ui/src/words/import/zh.ts";
import { logDe } from "../../../ui/src/words/log/de.ts";
import { logEn } from "../../../ui/src/words/log/en.ts";
import { logEs } from "../../../ui/src/words/log/es.ts";
import { logZh } from "../../../ui/src/words/log/zh.ts";
import { moreDe } from "../../../ui/src/words/more/de.ts";
import { moreEn } from "../../../ui/src/words/more/en.ts";
import { moreEs } from "../../../ui/src/words/more/es.ts";
import { moreZh } from "../../../ui/src/words/more/zh.ts";
import { qualityDe } from "../../../ui/src/words/quality/de.ts";
import { qualityEn } from "../../../ui/src/words/quality/en.ts";
import { qualityEs } from "../../../ui/src/words/quality/es.ts";
import { qualityZh } from "../../../ui/src/words/quality/zh.ts";
import { reportsDe, reportsHelpDe } from "../../../ui/src/words/reports/de.ts";
import { reportsEn } from "../../../ui/src/words/reports/en.ts";
import { reportsEs, reportsHelpEs } from "../../../ui/src/words/reports/es.ts";
import { reportsHelpZh, reportsZh } from "../../../ui/src/words/reports/zh.ts";
import { templatesDe } from "../../../ui/src/words/templates/de.ts";
import { templatesEn } from "../../../ui/src/words/templates/en.ts";
import { templatesEs } from "../../../ui/src/words/templates/es.ts";
import { templatesZh } from "../../../ui/src/words/templates/zh.ts";
import { whyDe } from "../../../ui/src/words/why/de.ts";
import { whyEn } from "../../../ui/src/words/why/en.ts";
import { whyEs } from "../../../ui/src/words/why/es.ts";
import { whyZh } from "../../../ui/src/words/why/zh.ts";
import { zh } from "../../../ui/src/words/zh.ts";
import { chooseLanguage } from "../../../ui/src/words.ts";

const places = (sentence: string) => (sentence.match(/\{\w+\}/g) ?? []).sort();

test.each([
	["de", { ...de, ...editDe, ...moreDe }],
	["es", { ...es, ...editEs, ...moreEs }],
	["zh", { ...zh, ...editZh, ...moreZh }],
] as const)("every sentence in %s has the places of the English one", (_, words) => {
	for (const [key, sentence] of Object.entries({
		...en,
		...editEn,
		...moreEn,
	})) {
		const translated: string = words[key as keyof typeof words];
		expect(translated, key).toBeTruthy();
		expect(places(translated), key).toEqual(places(sentence));
	}
});

// Parts of the panel, each with words of its own: a key means something else in each.
const PARTS = {
	backup: { en: backupEn, de: backupDe, es: backupEs, zh: backupZh },
	card: { en: cardEn, de: cardDe, es: cardEs, zh: cardZh },
	connections: { en: connectionsEn, de: connectionsDe, es: connectionsEs, zh: connectionsZh },
	diagnostics: { en: diagnosticsEn, de: diagnosticsDe, es: diagnosticsEs, zh: diagnosticsZh },
	import: { en: mwan3En, de: mwan3De, es: mwan3Es, zh: mwan3Zh },
	log: { en: logEn, de: logDe, es: logEs, zh: logZh },
	quality: { en: qualityEn, de: qualityDe, es: qualityEs, zh: qualityZh },
	reports: { en: reportsEn, de: reportsDe, es: reportsEs, zh: reportsZh },
	templates: { en: templatesEn, de: templatesDe, es: templatesEs, zh: templatesZh },
	why: { en: whyEn, de: whyDe, es: whyEs, zh: whyZh },
};

test.each(Object.entries(PARTS))("every sentence of %s has the places of the English one", (_, part) => {
	const { en: english, ...others } = part;
	for (const words of Object.values<Readonly<Record<string, string>>>(others))
		for (const [key, sentence] of Object.entries(english)) {
			expect(words[key], key).toBeTruthy();
			expect(places(words[key] ?? ""), key).toEqual(places(sentence));
		}
});

test("every option of reports has a name, and help is about options there are", () => {
	const options = REPORTS_SCHEMA.flatMap(({ type, options }) => options.map(({ name }) => `${type}.${name}`));
	const secrets = SECRETS_SCHEMA.flatMap(({ options }) => options.map(({ name }) => `secret.${name}`));
	expect([...options, ...secrets].filter((option) => !(`option.${option}` in reportsEn))).toEqual([]);
	for (const help of [reportsHelpDe, reportsHelpEs, reportsHelpZh])
		expect(Object.keys(help).filter((key) => !options.includes(key))).toEqual([]);
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

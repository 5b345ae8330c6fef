import { readdirSync, readFileSync } from "node:fs";
import { describeDatatype } from "polywan-core/config/datatype";
import { SCHEMA } from "polywan-core/config/schema";
import { REPORTS_SCHEMA } from "polywan-reports/config/schema";
import { expect, test } from "vitest";
import { Translator } from "../../../ui/src/said/translate.ts";
import { saidDe } from "../../../ui/src/words/said/de.ts";
import { SENTENCES } from "../../../ui/src/words/said/en.ts";
import { saidEs } from "../../../ui/src/words/said/es.ts";
import { saidZh } from "../../../ui/src/words/said/zh.ts";
import { listSentences, PLACE } from "./sentences.ts";

const LANGUAGES = { de: saidDe, es: saidEs, zh: saidZh };
const german = new Translator(saidDe);

test.each(Object.entries(LANGUAGES))("every sentence in %s has the places of the English one", (_, words) => {
	for (const english of SENTENCES) {
		const places = (english.match(/\{\+?\}/g) ?? []).map((_, index) => `{${index + 1}}`);
		expect((words[english].match(/\{\d\}/g) ?? []).sort(), english).toEqual(places);
	}
});

const root = new URL("../../..", import.meta.url).pathname;

/** Who says what the panel shows. */
const FOLDERS = [
	"polywan-core/src/why",
	"polywan-core/src/config",
	"polywan-core/src/plan",
	"polywan-core/src/policy",
	"polywan-core/src/health",
	"polywan-core/src/quota",
	"polywan-core/src/import",
	"polywan-core/src/doctor",
	"polywan/src/why",
	"polywan/src/load",
	"polywan/src/probe",
	"polywan/src/rules",
	"polywan/src/usage",
	"polywan/src/standby",
	"polywan/src/trial",
	"polywan/src",
];

/** Help has words of its own (words.test.ts); the others speak to the CLI or to programmers. */
const ELSEWHERE_FILES =
	/schema\.ts$|^(render|read|main|run-daemon|hooks|log|state-file|hash-support|speed|stun)\.ts$/;

/** Parts of sentences that are known as a whole, and faults of the programs. */
const ELSEWHERE: readonly string[] = [
	" (what mwan3 calls so is '{}' here)",
	" and {} more names",
	" instead of {}",
	"; polywan import mwan3 takes its configuration over",
	"; the {} is left out",
	"IPv{} is down",
	"applications are expanded before",
	"configuration problem",
	"kernel changed",
	"kept as",
	"list set {}",
	"needs to know capacities, and {} neither option download nor option upload; {}",
	"not kept, because",
	"nothing had changed",
	"packet filter",
	"the schema of {} has no option {}",
	"ubus trouble",
	"uplink of config member",
	"uplinks {} have",
	"{} (by number)",
	"{} as before",
];

/** To be typed as it is. */
const CODE = /^(option|list) \w+( '[^']*')?$|^uci set|; uci commit/;

/** With something at every place, or without what may follow a word. */
function isKnown(sentence: string): boolean {
	const filled = [sentence, sentence.replace(/(?<=[\w'])\{\}/g, "")];
	return filled.some((text) => german.whole(text.replaceAll(PLACE, "x1")) !== null);
}

/** What nobody translated yet is shown in English: a few may wait for that. */
const MOST_WAITING = 0.03;

test("what the programs say of lines, rules and configuration is known", () => {
	const files = FOLDERS.flatMap((folder) =>
		readdirSync(`${root}package/${folder}`)
			.filter((name) => name.endsWith(".ts") && !ELSEWHERE_FILES.test(name))
			.map((name) => `${root}package/${folder}/${name}`),
	);
	const sentences = files
		.flatMap((file) => listSentences(readFileSync(file, "utf8")))
		.filter((sentence) => !ELSEWHERE.includes(sentence) && !CODE.test(sentence));
	expect(sentences.length).toBeGreaterThan(200);
	const unknown = sentences.filter((sentence) => !isKnown(sentence));
	expect(unknown.length / sentences.length, unknown.join("\n")).toBeLessThan(MOST_WAITING);
});

test("what every option may hold is known", () => {
	const types = [...SCHEMA, ...REPORTS_SCHEMA].flatMap(({ options }) =>
		options.map(({ type }) => describeDatatype(type)),
	);
	expect(types.filter((text) => german.whole(text) === null)).toEqual([]);
});

test.each([
	["rule 'source' matches", "Regel „source“ passt"],
	[
		"rule 'gaming' may match: its protocol must be udp or tcp",
		"Regel „gaming“ passt vielleicht: das Protokoll muss udp oder tcp sein",
	],
	[
		"rule 'a' does not match: its source must not be in 10.0.0.0/8",
		"Regel „a“ passt nicht: die Quelle darf nicht in 10.0.0.0/8 liegen",
	],
	[
		"wanb: not used; it is down: no answer from 8.8.8.8; none of 8 probes answered",
		"wanb: nicht benutzt; ausgefallen: keine Antwort von 8.8.8.8; keine von 8 Proben beantwortet",
	],
	[
		"lte: not used; it is kept for when no uplink of a lower tier works (tier 2)",
		"lte: nicht benutzt; er wartet, bis kein Uplink einer niedrigeren Stufe funktioniert (Stufe 2)",
	],
	[
		"is not an option of uplink (did you mean 'weight'?)",
		"ist keine Option von uplink (meinten Sie „weight“?)",
	],
	[
		"must be a policy, an uplink, default, unreachable or blackhole; there are p, wan, wanb",
		"muss eine Richtlinie, ein Uplink, default, unreachable oder blackhole sein; es gibt p, wan, wanb",
	],
	["must be a whole number from 1 to 256", "muss eine ganze Zahl von 1 bis 256 sein"],
	[
		"connection refused (1.1.1.1); none of 6 probes answered",
		"Verbindung abgelehnt (1.1.1.1); keine von 6 Proben beantwortet",
	],
	// What nobody knows stays as it is, and so does what is around it in part.
	["the moon is full", "the moon is full"],
	["the moon is full; none of 6 probes answered", "the moon is full; keine von 6 Proben beantwortet"],
	["rule 'a' does not match: the moon is full", "Regel „a“ passt nicht: the moon is full"],
])("%s", (english, translated) => {
	expect(german.translate(english)).toBe(translated);
});

test("many patterns cost little", () => {
	for (let i = 0; i < 1000; i++)
		german.translate(`rule 'rule${i}' does not match: its source must be in 10.0.${i}.0/24`);
});

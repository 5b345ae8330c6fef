import type { ImportWords } from "./en.ts";

export const mwan3De: ImportWords = {
	title: "Aus mwan3 übernehmen",
	intro: "Liest /etc/config/mwan3, das nie verändert wird, und sagt, was aus jeder Zeile wird.",
	absent: "Dieser Router hat keine Konfiguration von mwan3.",
	enabled:
		"mwan3 startet mit dem Router und liefe neben polywan weiter. Schalten Sie es ab, sobald die Übernahme behalten ist: /etc/init.d/mwan3 stop, dann /etc/init.d/mwan3 disable.",
	replaces: "Die Übernahme tritt an die Stelle der jetzigen Konfiguration von polywan.",
	"notes.lost": "Kann nicht bleiben: {count}",
	"notes.changed": "Wird anders gemacht: {count}",
	"notes.kept": "Bedeutet dasselbe wie vorher: {count}",
	plan: "Was geändert wird",
	nothing: "Alles davon ist schon da.",
	take: "Übernehmen",
	takeMore: "Nichts wird wirksam, bevor Sie es auf Probe anwenden.",
};

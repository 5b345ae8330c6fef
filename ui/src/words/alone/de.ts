import type { AloneWords } from "./en.ts";

export const aloneDe: AloneWords = {
	"login.title": "Am Router anmelden",
	"login.again": "Ihre Sitzung ist beendet. Melden Sie sich an, um dort weiterzumachen, wo Sie waren.",
	"login.user": "Benutzer",
	"login.password": "Passwort",
	"login.submit": "Anmelden",
	"login.wrong": "Benutzer oder Passwort stimmt nicht.",
	"login.out": "Abmelden",
	"login.gone": "Der Router antwortet nicht.",
	"leave.staged": "Nicht angewandte Änderungen gehen beim Abmelden verloren. Abmelden?",
	"theme.label": "Erscheinungsbild",
	"theme.auto": "Wie das System",
	"theme.light": "Hell",
	"theme.dark": "Dunkel",
	"language.label": "Sprache",
};

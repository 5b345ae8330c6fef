import type { BackupWords } from "./en.ts";

export const backupDe: BackupWords = {
	title: "Sicherung",
	intro: "Alles, was Sie geschrieben haben, als eine Datei, und zurück.",
	readonly: "Sie dürfen schauen und nichts ändern: Eine Sicherung enthält Geheimnisse.",
	forbidden:
		"Ihrem Konto fehlt das Recht für Sicherungen (Zugriffsgruppe polywan-backup): Sie enthalten Geheimnisse.",
	failed: "Das ging nicht:",
	"save.title": "Sichern",
	"save.intro":
		"Einstellungen, Uplinks, Richtlinien, Regeln, Berichte mit ihren Geheimnissen und Ihr Skript.",
	"save.button": "Sicherung herunterladen",
	"save.secrets": "Die Datei enthält Passwörter, wo Sie welche gesetzt haben: Verwahren Sie sie wie diese.",
	"restore.title": "Wiederherstellen",
	"restore.intro": "Die Datei wird zuerst angesehen und sagt, was sie ändern würde.",
	"restore.file": "Datei einer Sicherung",
	kept: "Aufbewahrt von vor der letzten Wiederherstellung: {when}, polywan {version}.",
	"kept.name": "vor der letzten Wiederherstellung",
	"kept.look": "Ansehen",
	"kept.save": "Herunterladen",
	"check.title": "Was sich ändern würde: {name}",
	"check.of": "von {when}, gemacht mit polywan {version}",
	"check.unusable": "Sie kann nicht benutzt werden:",
	"check.same": "Alles ist schon wie in dieser Datei.",
	"check.errors": "Ihre Konfiguration hat Fehler, daher wird sie nicht übernommen:",
	"check.edits": "Wenden Sie Ihre Änderungen zuerst an oder verwerfen Sie sie.",
	"check.plan": "In Worten",
	"check.apply": "Auf Probe wiederherstellen",
	"check.close": "Schließen",
	"file.same": "bleibt, wie sie ist",
	"file.changed": "wird ersetzt",
	"file.added": "kommt hinzu",
};

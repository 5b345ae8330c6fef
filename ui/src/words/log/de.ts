import type { LogWords } from "./en.ts";

export const logDe: LogWords = {
	"log.events": "Ereignisse",
	"log.system": "Systemprotokoll",
	"log.systemMore": "Was polywan und seine Begleiter hineinschrieben, das Neueste zuerst.",
	"log.level": "Stufe",
	"log.error": "Fehler",
	"log.warning": "Warnung",
	"log.notice": "Hinweis",
	"log.info": "Info",
	"log.debug": "Debug",
	"log.atLeast": "{level} und ernster",
	"log.every": "Alle",
	"log.program": "Programm",
	"log.contains": "Enthält",
	"log.follow": "Mitlaufen",
	"log.when": "Zeit",
	"log.message": "Meldung",
	"log.shown": "{shown} von {all}",
	"log.nothing": "Keine Zeile passt.",
	"log.unreadable":
		"Dieser Router hat kein logread: Sein Protokoll liegt dort, wo sein Protokolldienst es ablegt.",
};

import type { CardWords } from "./en.ts";

export const cardDe: CardWords = {
	"note.quota": "Kontingent",
	"note.part": "{used} von {quota}, {percent} %",
	"note.limited": "Gedrosselt auf",
	"note.portal": "Anmeldeseite",
	"note.open": "Seite öffnen",
	"note.public": "Öffentliche Adresse",
	"note.direct": "kein NAT",
	"note.nat": "NAT",
	"note.cgnat": "CGNAT",
};

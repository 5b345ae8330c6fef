import type { CardWords } from "./en.ts";

export const cardEs: CardWords = {
	"note.quota": "Cuota",
	"note.part": "{used} de {quota}, {percent} %",
	"note.limited": "Ralentizado a",
	"note.portal": "Portal cautivo",
	"note.open": "Abrir su página",
	"note.public": "Dirección pública",
	"note.direct": "sin NAT",
	"note.nat": "NAT",
	"note.cgnat": "CGNAT",
};

import type { ImportWords } from "./en.ts";

export const mwan3Es: ImportWords = {
	title: "Importar de mwan3",
	intro: "Lee /etc/config/mwan3, que nunca se modifica, y dice qué pasa con cada línea.",
	absent: "Este router no tiene configuración de mwan3.",
	enabled:
		"mwan3 se inicia con el router y seguiría junto a polywan. Cuando conserve la importación, desactívelo: /etc/init.d/mwan3 stop y después /etc/init.d/mwan3 disable.",
	replaces: "La importación ocupa el lugar de la configuración actual de polywan.",
	"notes.lost": "No se puede conservar: {count}",
	"notes.changed": "Se hace de otra manera: {count}",
	"notes.kept": "Significa lo mismo que antes: {count}",
	plan: "Qué se cambiará",
	nothing: "Todo está ya.",
	take: "Adoptar",
	takeMore: "Nada entra en vigor antes de que lo aplique, a prueba.",
};

import type { LogWords } from "./en.ts";

export const logEs: LogWords = {
	"log.events": "Eventos",
	"log.system": "Registro del sistema",
	"log.systemMore": "Lo que escribieron polywan y sus compañeros, lo más nuevo primero.",
	"log.level": "Nivel",
	"log.error": "Error",
	"log.warning": "Aviso",
	"log.notice": "Nota",
	"log.info": "Información",
	"log.debug": "Depuración",
	"log.atLeast": "{level} o más grave",
	"log.every": "Todos",
	"log.program": "Programa",
	"log.contains": "Contiene",
	"log.follow": "Seguir",
	"log.when": "Hora",
	"log.message": "Mensaje",
	"log.shown": "{shown} de {all}",
	"log.nothing": "Ninguna línea coincide.",
	"log.unreadable": "Este router no tiene logread: su registro está donde lo guarda su servicio de registro.",
};

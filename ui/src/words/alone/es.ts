import type { AloneWords } from "./en.ts";

export const aloneEs: AloneWords = {
	"login.title": "Iniciar sesión en el router",
	"login.again": "Su sesión ha terminado. Inicie sesión para continuar donde estaba.",
	"login.user": "Usuario",
	"login.password": "Contraseña",
	"login.submit": "Iniciar sesión",
	"login.wrong": "El usuario o la contraseña no son correctos.",
	"login.out": "Cerrar sesión",
	"login.gone": "El router no responde.",
	"leave.staged": "Los cambios sin aplicar se pierden al salir. ¿Salir?",
	"theme.label": "Apariencia",
	"theme.auto": "Como el sistema",
	"theme.light": "Claro",
	"theme.dark": "Oscuro",
	"language.label": "Idioma",
};

/** What the panel says where it stands alone, and when a session has ended. */
export const aloneEn = {
	"login.title": "Sign in to your router",
	"login.again": "Your session has ended.",
	"login.user": "User",
	"login.password": "Password",
	"login.submit": "Sign in",
	"login.wrong": "User or password is wrong.",
	"login.out": "Sign out",
	"login.gone": "The router does not answer.",
	"leave.staged": "Changes not applied are lost. Sign out?",
	"theme.label": "Appearance",
	"theme.auto": "System",
	"theme.light": "Light",
	"theme.dark": "Dark",
	"language.label": "Language",
};

export type AloneKey = keyof typeof aloneEn;
export type AloneWords = Readonly<Record<AloneKey, string>>;

import { signal } from "@preact/signals";
import type { WordKey } from "./words/en.ts";

export type PageName =
	| "overview"
	| "uplinks"
	| "policies"
	| "rules"
	| "settings"
	| "connections"
	| "quality"
	| "diagnostics"
	| "log"
	| "about"
	| "setup";

/** In the order of the menu. */
export const PAGES: readonly { readonly name: PageName; readonly title: WordKey }[] = [
	{ name: "overview", title: "nav.overview" },
	{ name: "uplinks", title: "nav.uplinks" },
	{ name: "policies", title: "nav.policies" },
	{ name: "rules", title: "nav.rules" },
	{ name: "settings", title: "nav.settings" },
	{ name: "connections", title: "nav.connections" },
	{ name: "quality", title: "nav.quality" },
	{ name: "diagnostics", title: "nav.diagnostics" },
	{ name: "log", title: "nav.log" },
	{ name: "about", title: "nav.about" },
];

const names: readonly string[] = [...PAGES.map(({ name }) => name), "setup"];

export const page = signal<PageName>("overview");

export function goTo(name: PageName): void {
	location.hash = name;
}

/** The page follows the address, so that going back and reloading work. */
export function followAddress(): () => void {
	const read = () => {
		const name = location.hash.slice(1);
		page.value = names.includes(name) ? (name as PageName) : "overview";
	};
	read();
	addEventListener("hashchange", read);
	return () => removeEventListener("hashchange", read);
}

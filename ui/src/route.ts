import { signal } from "@preact/signals";

/** In the order of the menu. */
export const PAGES = [
	"overview",
	"uplinks",
	"policies",
	"rules",
	"settings",
	"connections",
	"quality",
	"diagnostics",
	"log",
	"notifications",
	"backup",
	"about",
] as const;
/** Pages that others lead to. */
const HIDDEN = ["setup", "templates", "import"] as const;

export type PageName = (typeof PAGES)[number] | (typeof HIDDEN)[number];

/** Every address there is. */
export const ALL_PAGES: readonly PageName[] = [...PAGES, ...HIDDEN];

export const page = signal<PageName>("overview");

export function goTo(name: PageName): void {
	location.hash = name;
}

/** The page follows the address, so that going back and reloading work. */
export function followAddress(): () => void {
	const read = () => {
		const name = location.hash.slice(1);
		page.value = ALL_PAGES.find((known) => known === name) ?? "overview";
	};
	read();
	addEventListener("hashchange", read);
	return () => removeEventListener("hashchange", read);
}

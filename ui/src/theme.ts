import { effect, signal } from "@preact/signals";

export type Theme = "auto" | "light" | "dark";

export const THEME_KEY = "polywan-theme";

/** As chosen here before. */
export const theme = signal((localStorage.getItem(THEME_KEY) ?? "auto") as Theme);

/** Keeps `data-dark` on the host element: LuCI's own choice inside LuCI, else the user's, else the system's. */
export function followTheme(host: HTMLElement): () => void {
	const system = matchMedia("(prefers-color-scheme: dark)");
	const page = document.documentElement;
	const show = () => {
		const luci = page.dataset.darkmode;
		const dark =
			theme.value === "auto"
				? luci === undefined
					? system.matches
					: luci === "true"
				: theme.value === "dark";
		host.toggleAttribute("data-dark", dark);
	};
	const observer = new MutationObserver(show);
	observer.observe(page, { attributes: true, attributeFilter: ["data-darkmode"] });
	system.addEventListener("change", show);
	const stop = effect(() => {
		void theme.value;
		show();
	});
	return () => {
		stop();
		observer.disconnect();
		system.removeEventListener("change", show);
	};
}

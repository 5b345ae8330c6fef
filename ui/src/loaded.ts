import { useEffect, useState } from "preact/hooks";
import { liveness } from "./store.ts";

const RELOADED_KEY = "polywan-reloaded";

/**
 * What `load` brings once it is wanted; null until then. A failure is tried again when the router answers again; where it does
 * answer, an upgrade took that script away, and a page from the browser's cache asked for it: loaded anew it names another.
 */
export function useLoaded<T>(wanted: boolean, load: () => Promise<T>): T | null {
	const [loaded, setLoaded] = useState<T | null>(null);
	const alive = liveness.value.kind === "live";
	useEffect(() => {
		if (wanted && loaded === null)
			load().then(
				(value) => setLoaded(value),
				() => {
					if (!alive || sessionStorage.getItem(RELOADED_KEY)) return;
					sessionStorage.setItem(RELOADED_KEY, "1");
					location.reload();
				},
			);
	}, [wanted, loaded, alive]);
	return loaded;
}

import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** On a phone the menu is wider than the screen: the tab of the page that holds the element comes into view. */
export function useShownTab<T extends Element>(page: string): RefObject<T | null> {
	const element = useRef<T>(null);
	useEffect(() => {
		const root = element.current?.getRootNode();
		if (root instanceof ShadowRoot)
			root.querySelector("nav [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
	}, [page]);
	return element;
}

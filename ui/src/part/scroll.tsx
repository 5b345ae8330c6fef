import type { ComponentChildren } from "preact";

/** What is wider than a phone scrolls in a box of its own, which the keyboard reaches. */
export function Scroll(props: { readonly labelledBy: string; readonly children: ComponentChildren }) {
	return (
		// biome-ignore lint/a11y/noNoninteractiveTabindex: without it a keyboard cannot scroll
		<section class="scroll" tabIndex={0} aria-labelledby={props.labelledBy}>
			{props.children}
		</section>
	);
}

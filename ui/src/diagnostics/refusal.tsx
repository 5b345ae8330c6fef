import { td } from "./words.ts";

export function Refusal({ why }: { readonly why: string }) {
	return (
		<div role="alert">
			{why !== "" && (
				<p class="wrong small">
					{td("tool.refused")} <span lang="en">{why}</span>
				</p>
			)}
		</div>
	);
}

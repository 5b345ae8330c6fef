import type { Figure as FigureValue } from "../format.ts";

export function Figure({ label, value }: { readonly label: string; readonly value: FigureValue }) {
	return (
		<div>
			<dt>{label}</dt>
			<dd class="number">
				{value.value}
				<span class="unit">{value.unit}</span>
			</dd>
		</div>
	);
}

/** A field with few values. */
export function Choice(props: {
	readonly label: string;
	readonly value: string;
	readonly choices: readonly (readonly [value: string, label: string])[];
	onChange(value: string): void;
}) {
	return (
		<label class="field small">
			{props.label}
			<select value={props.value} onChange={(event) => props.onChange(event.currentTarget.value)}>
				{props.choices.map(([value, label]) => (
					<option key={value} value={value}>
						{label}
					</option>
				))}
			</select>
		</label>
	);
}

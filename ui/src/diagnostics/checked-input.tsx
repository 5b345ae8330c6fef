/** A field for a text that is checked as it is typed, in the words of the command line. */
export function CheckedInput(props: {
	readonly id: string;
	readonly label: string;
	readonly value: string;
	readonly problem: string | null;
	readonly placeholder: string;
	onInput(value: string): void;
}) {
	const { id, problem } = props;
	return (
		<div class="field small wide">
			<label for={id}>{props.label}</label>
			<input
				id={id}
				value={props.value}
				placeholder={props.placeholder}
				autocapitalize="none"
				autocomplete="off"
				spellcheck={false}
				aria-invalid={problem !== null}
				aria-describedby={problem === null ? undefined : `${id}-wrong`}
				onInput={(event) => props.onInput(event.currentTarget.value)}
			/>
		</div>
	);
}

/** What is wrong with it, below the line it stands in. */
export function InputProblem({ id, problem }: { readonly id: string; readonly problem: string | null }) {
	if (problem === null) return null;
	return (
		<p class="wrong small" id={`${id}-wrong`} lang="en">
			{problem}
		</p>
	);
}

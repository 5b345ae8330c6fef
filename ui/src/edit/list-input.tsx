import { useState } from "preact/hooks";
import { te } from "./words.ts";

/** Several values: each one can be taken away, and one added. */
export function ListInput(props: {
	readonly id: string;
	readonly "aria-describedby": string;
	readonly "aria-invalid": boolean;
	readonly values: readonly string[];
	readonly suggestions: readonly string[];
	onChange(values: readonly string[]): void;
}) {
	const { id, values, suggestions, onChange } = props;
	const [text, setText] = useState("");
	const add = () => {
		const fresh = text.split(/[\s,]+/).filter((word) => word !== "" && !values.includes(word));
		if (fresh.length > 0) onChange([...values, ...fresh]);
		setText("");
	};
	return (
		<fieldset class="list" aria-labelledby={`${id}-label`}>
			{values.length > 0 && (
				<ul>
					{values.map((value) => (
						<li key={value}>
							<span>{value}</span>
							<button type="button" onClick={() => onChange(values.filter((each) => each !== value))}>
								<span aria-hidden="true">×</span>
								<span class="unseen">{te("form.removeValue", { value })}</span>
							</button>
						</li>
					))}
				</ul>
			)}
			<span class="add">
				<input
					id={id}
					type="text"
					aria-labelledby={`${id}-label`}
					aria-describedby={props["aria-describedby"]}
					aria-invalid={props["aria-invalid"]}
					list={suggestions.length > 0 ? `${id}-list` : undefined}
					autocomplete="off"
					spellcheck={false}
					value={text}
					onInput={(event) => setText(event.currentTarget.value)}
					onBlur={add}
					onKeyDown={(event) => {
						if (event.key !== "Enter") return;
						event.preventDefault();
						add();
					}}
				/>
				<button type="button" disabled={text.trim() === ""} onClick={add}>
					{te("form.addValue")}
				</button>
			</span>
			{suggestions.length > 0 && (
				<datalist id={`${id}-list`}>
					{suggestions
						.filter((each) => !values.includes(each))
						.map((each) => (
							<option key={each} value={each} />
						))}
				</datalist>
			)}
		</fieldset>
	);
}

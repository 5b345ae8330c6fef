import { describeDatatype } from "polywan-core/config/datatype";
import type { OptionSchema } from "polywan-core/config/option-schema";
import type { Problem } from "polywan-core/config/problem";
import type { ComponentChildren } from "preact";
import { Said } from "../part/said.tsx";
import { type ConfigSection, type ConfigValue, textOf, valuesOf } from "./config.ts";
import { ListInput } from "./list-input.tsx";
import { optionHelp, optionLabel, te } from "./words.ts";

export interface FieldProps {
	readonly section: ConfigSection;
	readonly option: OptionSchema;
	readonly problems: readonly Problem[];
	/** What the value may well be, where that is known: names of uplinks, interfaces … */
	readonly suggestions: readonly string[];
	/** Nothing but a suggestion makes sense. */
	readonly closed: boolean;
	onChange(value: ConfigValue): void;
}

/** One option with name, help and what is wrong with it, in the words of the CLI. */
export function Field(props: FieldProps) {
	const { section, option, problems } = props;
	const id = `${section.name}-${option.name}`;
	const invalid = problems.some(({ severity }) => severity === "error");
	const describedBy = `${id}-help${problems.length > 0 ? ` ${id}-wrong` : ""}`;
	const label = optionLabel(section.type, option.name);
	const common = { id, "aria-describedby": describedBy, "aria-invalid": invalid };
	return (
		<div class="option">
			{option.list ? (
				<span class="name" id={`${id}-label`}>
					{label}
				</span>
			) : (
				<label class="name" for={id}>
					{label}
				</label>
			)}
			<div class="control">
				<Control {...props} common={common} />
			</div>
			<p class="help soft small" id={`${id}-help`}>
				<Help option={option} text={optionHelp(section.type, option)} value={textOf(section, option.name)} />{" "}
				<Allowed option={option} />
			</p>
			<div class="wrong small" id={`${id}-wrong`} role="alert">
				{problems.map((problem) => (
					<p key={problem.message} class={problem.severity}>
						{problem.value !== null && problem.value !== textOf(section, option.name) && (
							<b>{problem.value}: </b>
						)}
						<Said text={problem.message} />
					</p>
				))}
			</div>
		</div>
	);
}

/** Where one sentence explains every choice, the part about the one that is made stands out. */
function Help(props: {
	readonly option: OptionSchema;
	readonly text: string;
	readonly value: string | null;
}) {
	const { option, text } = props;
	const value = props.value ?? option.default;
	if (option.type.kind !== "choice" || typeof value !== "string" || !option.type.choices.includes(value))
		return text;
	const at = text.search(new RegExp(`(?<![\\w-])${value}(?![\\w-])`));
	if (at < 0) return text;
	const length = text.slice(at).search(/[;.；。]|$/);
	return (
		<>
			{text.slice(0, at)}
			<b>{text.slice(at, at + length)}</b>
			{text.slice(at + length)}
		</>
	);
}

function Allowed({ option }: { readonly option: OptionSchema }): ComponentChildren {
	const { kind } = option.type;
	if (kind === "boolean" || kind === "choice" || kind === "name") return null;
	const value = typeof option.default === "object" ? option.default?.join(", ") : option.default;
	const fallback = value ? ` ${te("form.default", { value })}.` : "";
	return (
		<span class="allowed">
			<Said text={describeDatatype(option.type)} />.{fallback}
		</span>
	);
}

interface Common {
	readonly id: string;
	readonly "aria-describedby": string;
	readonly "aria-invalid": boolean;
}

function Control(props: FieldProps & { readonly common: Common }) {
	const { section, option, common, suggestions, closed, onChange } = props;
	const fallback = typeof option.default === "string" ? option.default : "";
	const text = textOf(section, option.name);
	if (option.list)
		return (
			<ListInput
				{...common}
				values={valuesOf(section, option.name)}
				suggestions={suggestions}
				onChange={onChange}
			/>
		);
	if (option.type.kind === "boolean") {
		const on = ["1", "yes", "on", "true", "enabled"].includes(text ?? fallback);
		const known = text === null || on || ["0", "no", "off", "false", "disabled"].includes(text);
		if (known)
			return (
				<input
					{...common}
					type="checkbox"
					class="switch"
					checked={on}
					onChange={(event) => {
						const value = event.currentTarget.checked ? "1" : "0";
						onChange(value === fallback ? "" : value);
					}}
				/>
			);
	}
	const choices = option.type.kind === "choice" ? option.type.choices : closed ? suggestions : null;
	if (choices !== null) {
		const value = text ?? fallback;
		const offered = choices.includes(value) ? choices : [value, ...choices];
		return (
			<select
				{...common}
				value={value}
				onChange={(event) => {
					const chosen = event.currentTarget.value;
					onChange(chosen === fallback ? "" : chosen);
				}}
			>
				{offered.map((choice) => (
					<option key={choice} value={choice}>
						{choice === "" ? te("form.unset") : choice}
					</option>
				))}
			</select>
		);
	}
	return (
		<input
			{...common}
			type="text"
			inputMode={option.type.kind === "integer" ? "numeric" : "text"}
			autocomplete="off"
			spellcheck={false}
			placeholder={fallback}
			value={text ?? ""}
			onInput={(event) => onChange(event.currentTarget.value.trim())}
		/>
	);
}

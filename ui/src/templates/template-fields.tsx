import { useId } from "preact/hooks";
import { ListInput } from "../edit/list-input.tsx";
import { netifs } from "../edit/staging.ts";
import { listInner } from "./proposal.ts";
import type { Choice, Template } from "./template.ts";
import { tt } from "./words.ts";

interface Fields {
	readonly choice: Choice;
	onChange(change: Partial<Choice>): void;
}

/** What the template asks for, and nothing else. */
export function TemplateFields(props: Fields & { readonly template: Template }) {
	const { asks } = props.template;
	if (asks.length === 0) return null;
	return (
		<fieldset class="group">
			<legend>{tt("fields")}</legend>
			{asks.includes("order") && <OrderField {...props} />}
			{asks.includes("weights") && <WeightFields {...props} />}
			{asks.includes("line") && (
				<SelectField
					label={tt("line")}
					value={props.choice.line}
					options={props.choice.order}
					onChange={(line) => props.onChange({ line })}
				/>
			)}
			{asks.includes("network") && (
				<SelectField
					label={tt("network")}
					value={props.choice.network}
					options={listInner(netifs.value)}
					onChange={(network) => props.onChange({ network })}
				/>
			)}
			{asks.includes("hosts") && <AddressField {...props} label={tt("hosts")} help={tt("hosts.help")} />}
			{asks.includes("servers") && (
				<AddressField {...props} label={tt("servers")} help={tt("servers.help")} />
			)}
			{asks.includes("fallback") && (
				<label class="choice level">
					<input
						type="checkbox"
						class="switch"
						checked={props.choice.fallback}
						onChange={(event) => props.onChange({ fallback: event.currentTarget.checked })}
					/>
					{tt("fallback")}
				</label>
			)}
		</fieldset>
	);
}

function OrderField({ choice, onChange }: Fields) {
	const earlier = (index: number) => {
		const order = [...choice.order];
		const [moved] = order.splice(index, 1);
		if (moved !== undefined) order.splice(index - 1, 0, moved);
		onChange({ order });
	};
	return (
		<ol class="rows order">
			{choice.order.map((name, index) => (
				<li key={name}>
					<div class="row">
						<span class="soft number">{index + 1}</span>
						<b>{name}</b>
						{index > 0 && (
							<button
								type="button"
								class="actions"
								aria-label={tt("earlier", { name })}
								onClick={() => earlier(index)}
							>
								<span aria-hidden="true">↑</span>
							</button>
						)}
					</div>
				</li>
			))}
		</ol>
	);
}

function WeightFields({ choice, onChange }: Fields) {
	return (
		<ul class="rows">
			{choice.order.map((name) => (
				<li key={name}>
					<label class="row weight">
						<b>{name}</b>
						<input
							type="text"
							class="amount actions"
							inputMode="numeric"
							aria-label={tt("weight", { name })}
							value={choice.weights[name] ?? ""}
							onInput={({ currentTarget: { value } }) =>
								onChange({ weights: { ...choice.weights, [name]: value.replace(/\D/g, "") } })
							}
						/>
					</label>
				</li>
			))}
		</ul>
	);
}

function SelectField(props: {
	readonly label: string;
	readonly value: string;
	readonly options: readonly string[];
	onChange(value: string): void;
}) {
	const id = useId();
	return (
		<div class="option">
			<label class="name" for={id}>
				{props.label}
			</label>
			<div class="control">
				<select id={id} value={props.value} onChange={(event) => props.onChange(event.currentTarget.value)}>
					{props.options.map((option) => (
						<option key={option} value={option}>
							{option}
						</option>
					))}
				</select>
			</div>
		</div>
	);
}

function AddressField(props: Fields & { readonly label: string; readonly help: string }) {
	const id = useId();
	return (
		<div class="option">
			<span class="name" id={`${id}-label`}>
				{props.label}
			</span>
			<div class="control">
				<ListInput
					id={id}
					aria-describedby={`${id}-help`}
					aria-invalid={false}
					values={props.choice.addresses}
					suggestions={[]}
					onChange={(addresses) => props.onChange({ addresses })}
				/>
			</div>
			<p class="help soft small" id={`${id}-help`}>
				{props.help}
			</p>
		</div>
	);
}

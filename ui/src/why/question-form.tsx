import { useId } from "preact/hooks";
import { draft } from "../edit/staging.ts";
import { listMore, type Question, question } from "./question.ts";
import { ty } from "./words.ts";

/** What the connection is; what is not said is left open. */
export function QuestionForm({ onAsk }: { onAsk(asked: Question): void }) {
	const now = question.value;
	const id = useId();
	const hosts = useSources();
	const set = (change: Partial<Question>) => {
		question.value = { ...question.value, ...change };
	};
	const noPort = now.protocol === "icmp";
	const submit = (event: Event) => {
		event.preventDefault();
		if (now.destination.trim() !== "") onAsk({ ...now });
	};
	return (
		<form class="question" onSubmit={submit}>
			<TextField
				label={ty("source")}
				value={now.source}
				placeholder={ty("router")}
				list={`${id}-hosts`}
				onInput={(source) => set({ source })}
			/>
			<datalist id={`${id}-hosts`}>
				{hosts.map((host) => (
					<option key={host} value={host} />
				))}
			</datalist>
			<TextField
				label={ty("destination")}
				value={now.destination}
				placeholder="example.com"
				onInput={(destination) => set({ destination })}
			/>
			<div class="field small">
				<label for={`${id}-protocol`}>{ty("protocol")}</label>
				<select
					id={`${id}-protocol`}
					class="wide"
					value={now.protocol}
					onChange={({ currentTarget: { value } }) => set({ protocol: value })}
				>
					<option value="">{ty("any")}</option>
					{["tcp", "udp", "icmp"].map((name) => (
						<option key={name} value={name}>
							{name.toUpperCase()}
						</option>
					))}
				</select>
			</div>
			<TextField
				label={ty("port")}
				value={noPort ? "" : now.port}
				disabled={noPort}
				numeric
				onInput={(port) => set({ port })}
			/>
			<button type="submit" class="primary" disabled={now.destination.trim() === ""}>
				{ty("ask")}
			</button>
			<details class="group">
				<summary>{ty("more")}</summary>
				<div class="question">
					{listMore(now).map((name) => (
						<TextField
							key={name}
							label={ty(`more.${name}`)}
							value={now.more[name] ?? ""}
							numeric={name === "source_port"}
							onInput={(value) => set({ more: { ...now.more, [name]: value } })}
						/>
					))}
				</div>
			</details>
		</form>
	);
}

function TextField(props: {
	readonly label: string;
	readonly value: string;
	readonly placeholder?: string;
	readonly list?: string;
	readonly numeric?: boolean;
	readonly disabled?: boolean;
	onInput(value: string): void;
}) {
	return (
		<label class={`field small ${props.numeric ? "short" : ""}`}>
			{props.label}
			<input
				type="text"
				class="wide"
				autocomplete="off"
				autocapitalize="none"
				spellcheck={false}
				inputMode={props.numeric ? "numeric" : "text"}
				disabled={props.disabled}
				placeholder={props.placeholder}
				list={props.list}
				value={props.value}
				onInput={(event) => props.onInput(event.currentTarget.value)}
			/>
		</label>
	);
}

/** Addresses that rules name: likely to be asked about. */
function useSources(): readonly string[] {
	const rules = draft.value?.sections.filter(({ type }) => type === "rule") ?? [];
	const written = rules.flatMap(({ options }) => options.get("src_ip") ?? []);
	return [...new Set(written.filter((address) => /^[\d.]+$|^[\da-f:]+$/i.test(address)))];
}

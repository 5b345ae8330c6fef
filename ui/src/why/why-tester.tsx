import "../shared.ts";
import type { Explanation, Step, WhyAnswer } from "polywan-core/why/explanation";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { draft } from "../edit/staging.ts";
import { usePanel } from "../panel.ts";
import { staged } from "../staged.ts";
import { liveness, status } from "../store.ts";
import { describeAnswer } from "./answer-words.ts";
import { type Question, question, saidOf } from "./question.ts";
import { ty } from "./words.ts";

/** What is in force may change several times at once. */
const REST_MS = 300;
const NO_RULES: Pick<Explanation, "rule" | "candidates"> = { rule: null, candidates: [] };
const SIGNS: Readonly<Record<Step["result"], string>> = { passed: "–", open: "?", decided: "➜", told: "·" };

/** "Why would this connection go there": asked of the daemon, and again whenever what is in force changes. */
export function WhyTester() {
	const [asked, setAsked] = useState<Question | null>(null);
	const { answer, failed } = useAnswer(asked);
	useEffect(() => {
		const { rule, candidates } = answer?.error === null ? answer : NO_RULES;
		saidOf.value = (name) => {
			if (name === rule) return { text: ty("hit"), isSure: true };
			return candidates.includes(name) ? { text: ty("may"), isSure: false } : null;
		};
		return () => {
			saidOf.value = () => null;
		};
	}, [answer]);
	return (
		<section class="card why-card" aria-labelledby="why-title">
			<header>
				<h2 id="why-title">{ty("title")}</h2>
				<p class="soft">{ty("intro")}</p>
			</header>
			<QuestionForm onAsk={setAsked} />
			<div role="status">
				{failed && <p class="notice warn">{ty("failed")}</p>}
				{answer !== null && answer.error !== null && (
					<p class="wrong" lang="en">
						{answer.error}
					</p>
				)}
				{answer !== null && answer.error === null && <p class="answer">{describeAnswer(answer)}</p>}
			</div>
			{answer !== null && answer.error === null && <Steps explanation={answer} />}
			{answer !== null && staged.value && <p class="small soft">{ty("staged")}</p>}
		</section>
	);
}

function QuestionForm({ onAsk }: { onAsk(asked: Question): void }) {
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

function Steps({ explanation }: { readonly explanation: Explanation }) {
	return (
		<ol class="steps small" aria-label={ty("steps")}>
			{explanation.steps.map(({ result, text }, index) => (
				<li key={index} class={result}>
					<span aria-hidden="true" class="sign">
						{SIGNS[result]}
					</span>
					<span class="unseen">{ty(`step.${result}`)}: </span>
					<span lang="en">{text}</span>
				</li>
			))}
		</ol>
	);
}

/** The daemon's answer; null before the first. Asked anew when the kernel, a state or the rules are others. */
function useAnswer(asked: Question | null): { readonly answer: WhyAnswer | null; readonly failed: boolean } {
	const { session } = usePanel();
	const [answer, setAnswer] = useState<WhyAnswer | null>(null);
	const [failed, setFailed] = useState(false);
	const round = useRef(0);
	const sequence = status.value?.sequence;
	const alive = liveness.value.kind === "live";
	const last = useRef<Question | null>(null);
	useEffect(() => {
		if (asked === null || !alive) return;
		const mine = ++round.current;
		const ask = () =>
			session.call("polywan", "why", buildArgs(asked)).then(
				(got) => {
					if (mine !== round.current) return;
					setAnswer(got as unknown as WhyAnswer);
					setFailed(false);
				},
				() => {
					if (mine === round.current) setFailed(true);
				},
			);
		const isNew = last.current !== asked;
		last.current = asked;
		const timer = setTimeout(ask, isNew ? 0 : REST_MS);
		return () => clearTimeout(timer);
	}, [session, asked, sequence, alive]);
	return { answer, failed };
}

function buildArgs({ source, destination, protocol, port }: Question): Record<string, string> {
	return {
		source: source.trim() || "router",
		destination: destination.trim(),
		...(protocol !== "" && { protocol }),
		...(port.trim() !== "" && protocol !== "icmp" && { port: port.trim() }),
	};
}

import "../shared.ts";
import type { Explanation, Step, WhyAnswer } from "polywan-core/why/explanation";
import { useEffect, useRef, useState } from "preact/hooks";
import { usePanel } from "../panel.ts";
import { Said } from "../part/said.tsx";
import { staged } from "../staged.ts";
import { liveness, status } from "../store.ts";
import { describeAnswer } from "./answer-words.ts";
import { buildArgs, type Question, saidOf } from "./question.ts";
import { QuestionForm } from "./question-form.tsx";
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
					<p class="wrong">
						<Said text={answer.error} />
					</p>
				)}
				{answer !== null && answer.error === null && <p class="answer">{describeAnswer(answer)}</p>}
			</div>
			{answer !== null && answer.error === null && <Steps explanation={answer} />}
			{answer !== null && staged.value && <p class="small soft">{ty("staged")}</p>}
		</section>
	);
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
					<Said text={text} />
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

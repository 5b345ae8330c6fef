import { renderProblem } from "polywan-core/config/problem";
import { useState } from "preact/hooks";
import { useLoaded } from "../loaded.ts";
import { SaidProblem } from "../part/said.tsx";
import { nowMs } from "../store.ts";
import type { Difference } from "./differences.ts";
import { differences, newErrors, outcome, reports, secrets, trial } from "./staging.ts";
import { useStaging } from "./use-staging.ts";
import { optionLabel, secretLabel, te, typeLabel } from "./words.ts";

/** More of them are scrolled, by keyboard too. */
const LINES_SEEN = 5;

/** What is staged, in words, and what may be done with it. */
export function ChangeBar() {
	const isForeign = reports.differences.value.length > 0 || secrets.differences.value.length > 0;
	useLoaded(isForeign, () => import("../reports/reports-config.ts"));
	return (
		<>
			{trial.value !== null ? (
				<OnTrial endsAtMs={trial.value.endsAtMs} />
			) : (
				differences.value.length > 0 && <Staged />
			)}
			<Outcome />
		</>
	);
}

function Staged() {
	const staging = useStaging();
	const [busy, setBusy] = useState(false);
	const errors = newErrors.value;
	const apply = async () => {
		setBusy(true);
		await staging.apply();
		setBusy(false);
	};
	return (
		<section class="notice staged" aria-labelledby="staged-title">
			<h2 id="staged-title">{te("bar.title")}</h2>
			<DifferenceList differences={differences.value} />
			{errors.length > 0 && (
				<div class="wrong small">
					<p>{te("bar.errors")}</p>
					<ul>
						{errors.map((problem) => (
							<li key={renderProblem(problem)}>
								<SaidProblem problem={problem} />
							</li>
						))}
					</ul>
				</div>
			)}
			<p class="buttons">
				<button type="button" class="primary" disabled={busy || errors.length > 0} onClick={apply}>
					{te("bar.apply")}
				</button>
				<button
					type="button"
					disabled={busy}
					onClick={() => {
						if (confirm(te("bar.revertAsk"))) void staging.revert();
					}}
				>
					{te("bar.revert")}
				</button>
			</p>
		</section>
	);
}

function OnTrial({ endsAtMs }: { readonly endsAtMs: number }) {
	const staging = useStaging();
	const [busy, setBusy] = useState(false);
	const seconds = Math.max(0, Math.ceil((endsAtMs - nowMs.value) / 1000));
	const run = (action: () => Promise<void>) => async () => {
		setBusy(true);
		await action();
		setBusy(false);
	};
	return (
		<section class="notice warn staged" aria-labelledby="trial-title">
			<div role="alert">
				<h2 id="trial-title">{te("bar.trying")}</h2>
			</div>
			<p class="number" role="timer">
				{te("bar.tryingMore", { seconds })}
			</p>
			<p class="buttons">
				<button type="button" class="primary" disabled={busy} onClick={run(() => staging.keep())}>
					{te("bar.keep")}
				</button>
				<button type="button" disabled={busy} onClick={run(() => staging.giveBack())}>
					{te("bar.return")}
				</button>
			</p>
		</section>
	);
}

function Outcome() {
	const now = outcome.value;
	return (
		<div role="status">
			{now !== null && (
				<p class={`notice ${now.startsWith("kept") ? "good" : "warn"}`}>
					{te(`bar.${now}`)}{" "}
					<button
						type="button"
						class="plain small"
						onClick={() => {
							outcome.value = null;
						}}
					>
						{te("form.close")}
					</button>
				</p>
			)}
		</div>
	);
}

export function DifferenceList(props: { readonly differences: readonly Difference[] }) {
	return (
		<ul class="differences" tabIndex={props.differences.length > LINES_SEEN ? 0 : undefined}>
			{props.differences.map((difference) => {
				// Settings have no name.
				const words = describe(difference).replace(/\s+(?=[:：])/, "");
				return <li key={words}>{words}</li>;
			})}
		</ul>
	);
}

function describe(difference: Difference): string {
	if (difference.kind === "secret") return secretLabel(difference);
	if (difference.kind === "ordered") return te("diff.ordered", { names: difference.names.join(", ") });
	const { section } = difference;
	const place = { type: typeLabel(section.type), name: nameOf(difference) };
	if (difference.kind !== "changed") return te(`diff.${difference.kind}`, place);
	const option = optionLabel(section.type, difference.option);
	const before = difference.before ?? "";
	const after = difference.after ?? "";
	if (difference.after === null) return te("diff.unset", { ...place, option, before });
	return te(difference.before === null ? "diff.set" : "diff.changed", { ...place, option, before, after });
}

/** Members have names nobody chose: what they join says more. */
function nameOf({ section }: Exclude<Difference, { kind: "ordered" | "secret" }>): string {
	if (section.type === "globals" || section.type === section.name) return "";
	if (section.type !== "member") return section.name;
	return [section.options.get("uplink"), section.options.get("policy")].join(" → ");
}

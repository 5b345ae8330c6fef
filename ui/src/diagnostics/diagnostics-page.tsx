import "../shared.ts";
import type { Finding } from "polywan-core/doctor/finding";
import type { Status } from "polywan-core/status";
import { Failed } from "../page/failed.tsx";
import { type Asked, useAsked } from "../page/use-asked.ts";
import { tm } from "../page/words.ts";
import { Said } from "../part/said.tsx";
import { CaptureCard, SupportCard, ToolCard } from "./tools.tsx";
import { useTools } from "./use-tools.ts";
import { td } from "./words.ts";

/** The doctor asks uplinks too, and waits for them. */
const DOCTOR_TIMEOUT_MS = 30_000;

/** What is not as it should be, what uplinks are like from here, and what the kernel was given. */
export function DiagnosticsPage({ status }: { readonly status: Status }) {
	const tools = useTools();
	const doctor = useAsked("doctor", null, { timeoutMs: DOCTOR_TIMEOUT_MS });
	const diff = useAsked("diff", null, { timeoutMs: DOCTOR_TIMEOUT_MS });
	const script = useAsked("script", null);
	return (
		<>
			<Failed when={doctor.failed || diff.failed || script.failed} />
			<Findings asked={doctor} />
			<ToolCard status={status} tools={tools} />
			<CaptureCard status={status} tools={tools} />
			<Differences asked={diff} />
			<Scripts asked={script} />
			<SupportCard tools={tools} />
		</>
	);
}

function Again(props: { readonly asked: Asked; readonly of: string }) {
	return (
		<button
			type="button"
			class="push"
			aria-label={`${tm("more.again")}: ${props.of}`}
			disabled={props.asked.asking}
			onClick={props.asked.again}
		>
			{tm("more.again")}
		</button>
	);
}

function Findings({ asked }: { readonly asked: Asked }) {
	const findings = (asked.answer?.findings ?? null) as readonly Finding[] | null;
	return (
		<section class="card" aria-labelledby="findings-title">
			<header>
				<h2 id="findings-title">{td("diag.findings")}</h2>
				<Again asked={asked} of={td("diag.findings")} />
			</header>
			<p class="soft" role="status">
				{asked.asking ? td("diag.examining") : findings?.length === 0 ? td("diag.healthy") : ""}
			</p>
			<ul class="findings">
				{findings?.map(({ code, severity, subject, message, remedy }) => (
					<li key={`${code} ${subject}`}>
						<span class={`state ${severity === "error" ? "down" : "degraded"}`}>
							{td(severity === "error" ? "diag.error" : "diag.warning")}
						</span>
						<div>
							<p>
								{subject !== "" && <b>{subject}: </b>}
								<Said text={message} />
							</p>
							<p class="soft">
								<Said text={remedy} />
							</p>
						</div>
					</li>
				))}
			</ul>
		</section>
	);
}

function Differences({ asked }: { readonly asked: Asked }) {
	const lines = (asked.answer?.differences ?? null) as readonly string[] | null;
	return (
		<section class="card" aria-labelledby="diff-title">
			<header>
				<h2 id="diff-title">{td("diag.diff")}</h2>
				<Again asked={asked} of={td("diag.diff")} />
			</header>
			{lines?.length === 0 && <p class="soft">{td("diag.same")}</p>}
			{lines !== null && lines.length > 0 && (
				<>
					<p class="soft">{td("diag.differs", { count: lines.length })}</p>
					<Text labelledBy="diff-title" text={lines.join("\n")} />
				</>
			)}
		</section>
	);
}

function Scripts({ asked }: { readonly asked: Asked }) {
	const scripts = Object.entries(asked.answer ?? {}).filter(([, text]) => text !== "");
	return (
		<section class="card" aria-labelledby="scripts-title">
			<header>
				<h2 id="scripts-title">{td("diag.scripts")}</h2>
				<p class="soft">{td("diag.scriptsMore")}</p>
				<Again asked={asked} of={td("diag.scripts")} />
			</header>
			{scripts.map(([name, text]) => (
				<details key={name}>
					<summary id={`script-${name}`}>{name}</summary>
					<Text labelledBy={`script-${name}`} text={String(text)} />
				</details>
			))}
		</section>
	);
}

function Text({ labelledBy, text }: { readonly labelledBy: string; readonly text: string }) {
	return (
		// biome-ignore lint/a11y/noNoninteractiveTabindex: without it a keyboard cannot scroll
		<section class="script" tabIndex={0} aria-labelledby={labelledBy}>
			<pre lang="en">{text}</pre>
		</section>
	);
}

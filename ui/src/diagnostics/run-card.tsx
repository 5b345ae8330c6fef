import type { ToolRun, ToolState } from "polywan-core/tool/news";
import { useLayoutEffect, useRef } from "preact/hooks";
import { formatDuration } from "../format.ts";
import { usePanel } from "../panel.ts";
import { readOnly, routerNowMs } from "../store.ts";
import { language } from "../words.ts";
import { SaveButton } from "./save-button.tsx";
import { td } from "./words.ts";

/** Colours of states; the word beside says the same. */
const LOOKS: Readonly<Record<ToolState, string>> = {
	running: "starting",
	done: "up",
	failed: "down",
	stopped: "disabled",
	timeout: "degraded",
};

/** One thing that was asked for: how it goes and what it says. */
export function RunCard({ run, mayFetch }: { readonly run: ToolRun; readonly mayFetch: boolean }) {
	const { session } = usePanel();
	const title = [td(`tool.${run.kind}`), run.uplink, run.subject].filter(Boolean).join(" · ");
	const isRunning = run.state === "running";
	const tookMs = (isRunning ? routerNowMs.value : run.ended_at_ms) - run.started_at_ms;
	const stop = () => void session.call("polywan", "tool_stop", { id: run.id }).catch(() => {});
	return (
		<li class="run">
			<header>
				<h3 id={`run-${run.id}`}>{title}</h3>
				<span class={`state ${LOOKS[run.state]}`}>{td(`tool.${run.state}`)}</span>
				{tookMs >= 1000 && <span class="soft small number">{formatDuration(tookMs, language.value)}</span>}
				<span class="push buttons">
					{run.file_bytes > 0 && run.state !== "failed" && mayFetch && <SaveButton run={run} />}
					{!readOnly.value && (
						<button
							type="button"
							aria-label={`${td(isRunning ? "tool.stop" : "tool.close")}: ${title}`}
							onClick={stop}
						>
							{td(isRunning ? "tool.stop" : "tool.close")}
						</button>
					)}
				</span>
			</header>
			<Output run={run} title={title} />
		</li>
	);
}

/** The end is in sight, unless somebody scrolled away from it. */
function Output({ run, title }: { readonly run: ToolRun; readonly title: string }) {
	const box = useRef<HTMLElement>(null);
	const atEnd = useRef(true);
	const text = run.lines.join("\n");
	useLayoutEffect(() => {
		const element = box.current;
		if (element !== null && atEnd.current) element.scrollTop = element.scrollHeight;
	}, [text]);
	return (
		<section
			class="script output"
			ref={box}
			role="log"
			// biome-ignore lint/a11y/noNoninteractiveTabindex: without it a keyboard cannot scroll
			tabIndex={0}
			aria-label={td("tool.output", { what: title })}
			onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => {
				atEnd.current = scrollTop + clientHeight >= scrollHeight - 4;
			}}
		>
			<pre lang="en">{text}</pre>
		</section>
	);
}

import type { Status } from "polywan-core/status";
import type { ToolRun } from "polywan-core/tool/news";
import type { ToolKind } from "polywan-core/tool/request";
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { usePanel } from "../panel.ts";
import { readOnly } from "../store.ts";
import { CaptureForm } from "./capture-form.tsx";
import { note } from "./note.ts";
import { Refusal } from "./refusal.tsx";
import { RunCard } from "./run-card.tsx";
import { ToolForm } from "./tool-form.tsx";
import { useStart } from "./use-start.ts";
import type { Tools } from "./use-tools.ts";
import { td } from "./words.ts";

/** Ping and its like, over one uplink. */
export function ToolCard({ status, tools }: { readonly status: Status; readonly tools: Tools }) {
	const runs = runsOf(tools, (kind) => kind !== "capture" && kind !== "support");
	return (
		<Card id="tools" title={td("tool.title")} more={td(readOnly.value ? "tool.onlyLook" : "tool.more")}>
			{!readOnly.value && <ToolForm status={status} />}
			<Runs runs={runs} mayFetch={false} />
		</Card>
	);
}

/** Packets of an uplink, as a file. */
export function CaptureCard({ status, tools }: { readonly status: Status; readonly tools: Tools }) {
	const mayCapture = useMayCapture();
	const { capturePackage } = tools;
	return (
		<Card id="capture" title={td("capture.title")} more={td("capture.more")}>
			{mayCapture === false && <p class="soft small">{td("capture.denied")}</p>}
			{mayCapture === true && capturePackage !== "" && (
				<p class="notice warn">{td("capture.missing", { package: capturePackage })}</p>
			)}
			{mayCapture === true && capturePackage === "" && <CaptureForm status={status} />}
			<Note of="capture" />
			<Runs runs={runsOf(tools, (kind) => kind === "capture")} mayFetch={mayCapture === true} />
		</Card>
	);
}

/** What helps somebody else to help. */
export function SupportCard({ tools }: { readonly tools: Tools }) {
	const { busy, refusal, start } = useStart("tool_start");
	const runs = runsOf(tools, (kind) => kind === "support");
	const isRunning = runs.some(({ state }) => state === "running");
	return (
		<Card
			id="support"
			title={td("support.title")}
			more={td("support.more")}
			button={
				!readOnly.value && (
					<button
						type="button"
						class="push"
						disabled={busy || isRunning}
						onClick={() => void start({ kind: "support" })}
					>
						{td("support.make")}
					</button>
				)
			}
		>
			<Refusal why={refusal} />
			<Note of="support" />
			<Runs runs={runs} mayFetch={!readOnly.value} />
		</Card>
	);
}

function Card(props: {
	readonly id: string;
	readonly title: string;
	readonly more: string;
	readonly button?: ComponentChildren;
	readonly children: ComponentChildren;
}) {
	return (
		<section class="card" aria-labelledby={`${props.id}-title`}>
			<header>
				<h2 id={`${props.id}-title`}>{props.title}</h2>
				{props.button}
			</header>
			<p class="soft lead">{props.more}</p>
			{props.children}
		</section>
	);
}

function Runs({ runs, mayFetch }: { readonly runs: readonly ToolRun[]; readonly mayFetch: boolean }) {
	return (
		<ul class="runs">
			{runs.map((run) => (
				<RunCard key={run.id} run={run} mayFetch={mayFetch} />
			))}
		</ul>
	);
}

function Note({ of }: { readonly of: ToolKind }) {
	return (
		<p class="soft" role="status">
			{note.value?.of === of ? note.value.text : ""}
		</p>
	);
}

function runsOf({ runs }: Tools, isWanted: (kind: ToolKind) => boolean): readonly ToolRun[] {
	return runs?.filter(({ kind }) => isWanted(kind)) ?? [];
}

/** Null until the router said. */
function useMayCapture(): boolean | null {
	const { session } = usePanel();
	const [may, setMay] = useState<boolean | null>(null);
	useEffect(() => {
		session.access("ubus", "polywan", "capture_start").then(setMay, () => setMay(false));
	}, [session]);
	return may === null ? null : may && !readOnly.value;
}

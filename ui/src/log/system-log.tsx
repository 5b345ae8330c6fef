import type { LogLevel } from "polywan-core/config/model";
import type { LogLine } from "polywan-core/tool/log-line";
import { useState } from "preact/hooks";
import { formatMoment } from "../format.ts";
import { Scroll } from "../part/scroll.tsx";
import { routerNowMs } from "../store.ts";
import { language } from "../words.ts";
import { useLog } from "./use-log.ts";
import { tl } from "./words.ts";

/** The gravest first. */
const LEVELS: readonly LogLevel[] = ["error", "warning", "notice", "info", "debug"];
/** Colours; the word beside says the same. */
const LOOKS: Readonly<Record<LogLevel, string>> = {
	error: "down",
	warning: "degraded",
	notice: "",
	info: "",
	debug: "",
};

/** What polywan wrote to the system log, what of it is looked for, and what comes. */
export function SystemLog() {
	const [follow, setFollow] = useState(true);
	const [level, setLevel] = useState<LogLevel | "">("");
	const [program, setProgram] = useState("");
	const [text, setText] = useState("");
	const { lines, readable } = useLog(follow);
	const programs = [...new Set((lines ?? []).map((line) => line.program))].sort();
	const shown = (lines ?? []).filter(
		(line) => isGrave(line, level) && (program === "" || line.program === program) && contains(line, text),
	);
	return (
		<div class="card">
			<header>
				<h2 id="system-log-title">{tl("log.system")}</h2>
				<span class="soft small">{tl("log.shown", { shown: shown.length, all: lines?.length ?? 0 })}</span>
			</header>
			<p class="soft lead">{readable ? tl("log.systemMore") : tl("log.unreadable")}</p>
			<search class="filters">
				<label class="field small">
					{tl("log.level")}
					<select value={level} onChange={(event) => setLevel(event.currentTarget.value as LogLevel | "")}>
						<option value="">{tl("log.every")}</option>
						{LEVELS.slice(0, -1).map((each, index) => (
							<option key={each} value={each}>
								{index === 0 ? tl(`log.${each}`) : tl("log.atLeast", { level: tl(`log.${each}`) })}
							</option>
						))}
					</select>
				</label>
				{programs.length > 1 && (
					<label class="field small">
						{tl("log.program")}
						<select value={program} onChange={(event) => setProgram(event.currentTarget.value)}>
							<option value="">{tl("log.every")}</option>
							{programs.map((each) => (
								<option key={each}>{each}</option>
							))}
						</select>
					</label>
				)}
				<label class="field small">
					{tl("log.contains")}
					<input type="search" value={text} onInput={(event) => setText(event.currentTarget.value)} />
				</label>
				<label class="field small check">
					<input
						type="checkbox"
						checked={follow}
						onChange={(event) => setFollow(event.currentTarget.checked)}
					/>
					{tl("log.follow")}
				</label>
			</search>
			{shown.length > 0 && <Lines lines={shown} />}
			{shown.length === 0 && lines !== null && readable && <p class="soft">{tl("log.nothing")}</p>}
		</div>
	);
}

function Lines({ lines }: { readonly lines: readonly LogLine[] }) {
	return (
		<Scroll labelledBy="system-log-title">
			<table class="log system">
				<thead>
					<tr>
						<th scope="col">{tl("log.when")}</th>
						<th scope="col" class="roomy">
							{tl("log.level")}
						</th>
						<th scope="col">{tl("log.message")}</th>
					</tr>
				</thead>
				<tbody>
					{[...lines].reverse().map((line, index) => (
						<Line key={lines.length - index} line={line} />
					))}
				</tbody>
			</table>
		</Scroll>
	);
}

function Line({ line: { at_ms: atMs, when, level, message, fields } }: { readonly line: LogLine }) {
	return (
		<tr>
			<td class="soft time">
				{atMs === null ? (
					when
				) : (
					<time dateTime={new Date(atMs).toISOString()}>
						{formatMoment(atMs, routerNowMs.value, language.value)}
					</time>
				)}
			</td>
			<td class="roomy">{level !== null && <Level level={level} />}</td>
			<td class="message" lang="en">
				{level !== null && (
					<span class="tight" lang={language.value}>
						<Level level={level} />{" "}
					</span>
				)}
				<b>{message}</b>
				{Object.entries(fields).map(([name, value]) => (
					<span class="pair" key={name}>
						{" "}
						<i>{name}</i> {value}
					</span>
				))}
			</td>
		</tr>
	);
}

/** What is grave stands out. */
function Level({ level }: { readonly level: LogLevel }) {
	const word = tl(`log.${level}`);
	const look = LOOKS[level];
	return look === "" ? <span class="soft">{word}</span> : <span class={`state ${look}`}>{word}</span>;
}

/** Lines that tell no level are shown with all alone. */
function isGrave({ level }: LogLine, least: LogLevel | ""): boolean {
	return least === "" || (level !== null && LEVELS.indexOf(level) <= LEVELS.indexOf(least));
}

function contains({ message, fields }: LogLine, text: string): boolean {
	const wanted = text.trim().toLowerCase();
	const whole = [message, ...Object.entries(fields).map((pair) => pair.join("="))].join(" ");
	return wanted === "" || whole.toLowerCase().includes(wanted);
}

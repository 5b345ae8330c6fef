import type { PolywanEvent, Status } from "polywan-core/status";
import { useState } from "preact/hooks";
import { formatMoment } from "../format.ts";
import { tm } from "../page/words.ts";
import { Said } from "../part/said.tsx";
import { Scroll } from "../part/scroll.tsx";
import { eventWord, headline } from "../part/timeline.tsx";
import { events, routerNowMs } from "../store.ts";
import { language, saying } from "../words.ts";
import { tl } from "./words.ts";

type Kind = PolywanEvent["kind"];

/** Everything the daemon remembers, newest first, and what of it is looked for. */
export function EventsCard({ status }: { readonly status: Status }) {
	const [kind, setKind] = useState<Kind | "">("");
	const [uplink, setUplink] = useState("");
	const [text, setText] = useState("");
	const kinds = [...new Set(events.value.map((event) => event.kind))].sort();
	const wanted = text.toLowerCase();
	const shown = events.value.filter(
		(event) =>
			(kind === "" || event.kind === kind) &&
			(uplink === "" || event.uplink === uplink) &&
			(wanted === "" ||
				`${headline(event)} ${event.reason} ${saying.value(event.reason)}`.toLowerCase().includes(wanted)),
	);
	return (
		<div class="card">
			<header>
				<h2 id="events-title">{tl("log.events")}</h2>
				<span class="soft small" role="status">
					{tm("log.count", { shown: shown.length, all: events.value.length })}
				</span>
			</header>
			<search class="filters">
				<label class="field small">
					{tm("log.kind")}
					<select value={kind} onChange={(event) => setKind(event.currentTarget.value as Kind | "")}>
						<option value="">{tm("log.all")}</option>
						{kinds.map((each) => (
							<option key={each} value={each}>
								{eventWord(each)}
							</option>
						))}
					</select>
				</label>
				<label class="field small">
					{tm("log.uplink")}
					<select value={uplink} onChange={(event) => setUplink(event.currentTarget.value)}>
						<option value="">{tm("log.all")}</option>
						{status.uplinks.map(({ name }) => (
							<option key={name}>{name}</option>
						))}
					</select>
				</label>
				<label class="field small">
					{tm("log.text")}
					<input type="search" value={text} onInput={(event) => setText(event.currentTarget.value)} />
				</label>
			</search>
			<Scroll labelledBy="events-title">
				<table class="log events">
					<thead>
						<tr>
							<th scope="col">{tm("log.time")}</th>
							<th scope="col">{tm("log.what")}</th>
							<th scope="col">{tm("log.why")}</th>
						</tr>
					</thead>
					<tbody>
						{shown.map((event) => (
							<tr key={event.sequence} class={event.to === "down" ? "down" : ""}>
								<td class="soft time">
									<time dateTime={new Date(event.at_ms).toISOString()}>
										{formatMoment(event.at_ms, routerNowMs.value, language.value)}
									</time>
								</td>
								<td>{headline(event)}</td>
								<td class="soft">
									<Said text={event.reason} />
								</td>
							</tr>
						))}
					</tbody>
				</table>
			</Scroll>
			{shown.length === 0 && <p class="soft">{tm("log.none")}</p>}
		</div>
	);
}

import type { UplinkState } from "polywan-core/health/state";
import type { PolywanEvent } from "polywan-core/status";
import { formatMoment } from "../format.ts";
import { routerNowMs } from "../store.ts";
import { en, type WordKey } from "../words/en.ts";
import { language, t } from "../words.ts";
import { Said } from "./said.tsx";

const STATES: readonly string[] = ["up", "down", "degraded", "starting", "recovering", "disabled"];

export function Timeline({ events }: { readonly events: readonly PolywanEvent[] }) {
	if (events.length === 0) return <p class="soft">{t("overview.noEvents")}</p>;
	return (
		<ol class="timeline">
			{events.map((event) => (
				<li key={event.sequence} class={event.to === "down" ? "down" : ""}>
					<time dateTime={new Date(event.at_ms).toISOString()} class="number">
						{formatMoment(event.at_ms, routerNowMs.value, language.value)}
					</time>
					<p>
						{headline(event)}
						{event.reason && (
							<span class="soft small">
								{" "}
								<Said text={event.reason} />
							</span>
						)}
					</p>
				</li>
			))}
		</ol>
	);
}

export function headline(event: PolywanEvent): string {
	if (event.uplink === null || event.to === null)
		return event.uplink === null ? eventWord(event.kind) : event.uplink;
	return t("event.change", {
		uplink: event.uplink,
		family: event.family === "ipv6" ? "IPv6" : "IPv4",
		from: event.from === null ? "–" : stateWord(event.from),
		to: stateWord(event.to),
	});
}

/** A daemon newer than this panel has kinds of its own. */
export function eventWord(kind: string): string {
	const key = `event.${kind}`;
	return key in en ? t(key as WordKey) : kind;
}

function stateWord(state: string): string {
	return STATES.includes(state) ? t(`state.${state as UplinkState | "disabled"}`) : state;
}

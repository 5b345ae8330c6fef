import type { UplinkState } from "polywan-core/health/state";
import type { PolywanEvent } from "polywan-core/status";
import { formatMoment } from "../format.ts";
import { nowMs } from "../store.ts";
import { language, t } from "../words.ts";

const STATES = new Set(["up", "down", "degraded", "starting", "recovering", "disabled"]);

export function Timeline({ events }: { readonly events: readonly PolywanEvent[] }) {
	if (events.length === 0) return <p class="soft">{t("overview.noEvents")}</p>;
	return (
		<ol class="timeline">
			{events.map((event) => (
				<li key={event.sequence}>
					<time dateTime={new Date(event.at_ms).toISOString()} class="number">
						{formatMoment(event.at_ms, nowMs.value, language.value)}
					</time>
					<div>
						<p>{headline(event)}</p>
						{event.reason && <p class="soft small">{event.reason}</p>}
					</div>
				</li>
			))}
		</ol>
	);
}

function headline(event: PolywanEvent): string {
	if (event.uplink === null || event.to === null) return event.kind;
	return t("event.uplink", {
		uplink: event.uplink,
		family: event.family === "ipv6" ? "IPv6" : "IPv4",
		from: event.from === null ? "–" : stateWord(event.from),
		to: stateWord(event.to),
	});
}

function stateWord(state: string): string {
	return STATES.has(state) ? t(`state.${state as UplinkState | "disabled"}`) : state;
}

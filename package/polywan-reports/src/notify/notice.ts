import { severityOf } from "polywan-core/event-severity";
import { localTimeAt, type TimeZone } from "polywan-core/schedule/time-zone";
import { CLOCK_SET_MS } from "polywan-core/schedule/window";
import type { PolywanEvent } from "polywan-core/status";
import type { Severity } from "../config/model.ts";

/** One message to somebody, of one event or several. */
export interface Notice {
	readonly host: string;
	readonly severity: Severity;
	readonly title: string;
	/** One line an event, with its time: a message may be late. Those that are too many are counted in the last. */
	readonly text: string;
	/** How many events it is of. */
	readonly count: number;
	readonly events: readonly PolywanEvent[];
}

const MOST_LINES = 20;
const ORDER: readonly Severity[] = ["info", "warning", "error"];

export function isAtLeast(severity: Severity, least: Severity): boolean {
	return ORDER.indexOf(severity) >= ORDER.indexOf(least);
}

/** `events`: at least one; `zone`: of the times. */
export function buildNotice(host: string, events: readonly PolywanEvent[], zone: TimeZone): Notice {
	const severity = events
		.map(severityOf)
		.reduce((worst, one) => (isAtLeast(one, worst) ? one : worst), "info");
	const lines = events
		.slice(-MOST_LINES)
		.map((event) => `${renderTime(event.at_ms, zone)}${renderEvent(event)}`);
	const left = events.length - lines.length;
	return {
		host,
		severity,
		title: `${host}: ${renderWorst(events, severity)}`,
		text: left > 0 ? [...lines, `and ${left} before them`].join("\n") : lines.join("\n"),
		count: events.length,
		events: events.slice(-MOST_LINES),
	};
}

/** What one wants to know first. */
function renderWorst(events: readonly PolywanEvent[], severity: Severity): string {
	const worst = events.find((event) => severityOf(event) === severity);
	if (worst === undefined) return "";
	if (events.length === 1) return renderEvent(worst);
	const short = worst.to === null ? renderEvent(worst) : renderChange(worst);
	return `${short}, and ${events.length - 1} more`;
}

/** "2026-03-01 14:02:11 "; nothing where the clock was not set. */
function renderTime(atMs: number, zone: TimeZone): string {
	if (atMs < CLOCK_SET_MS) return "";
	const { year, month, day, hour, minute, second } = localTimeAt(zone, atMs);
	const two = (value: number) => String(value).padStart(2, "0");
	return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)} `;
}

/** What somebody sends to see whether it arrives. */
export function buildTest(host: string): Notice {
	const text = "This is a test. Nothing has happened.";
	return { host, severity: "info", title: `${host}: ${text}`, text, count: 0, events: [] };
}

/** "wan IPv4: up → down (3 targets do not answer)" */
export function renderEvent(event: PolywanEvent): string {
	return event.to === null
		? `${renderSubject(event)}: ${event.reason}`
		: `${renderChange(event)} (${event.reason})`;
}

/** "wan IPv4: up → down" */
function renderChange(event: PolywanEvent): string {
	return `${renderSubject(event)}: ${event.from === null ? "" : `${event.from} → `}${event.to}`;
}

function renderSubject({ kind, uplink, family }: PolywanEvent): string {
	if (uplink === null) return kind;
	return `${uplink}${family === null ? "" : family === "ipv4" ? " IPv4" : " IPv6"}`;
}

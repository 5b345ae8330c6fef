import type { PolywanEvent } from "polywan-core/status";
import type { Severity } from "../config/model.ts";

/** One message to somebody, of one event or several. */
export interface Notice {
	readonly host: string;
	readonly severity: Severity;
	readonly title: string;
	/** One line an event; those that are too many are counted in the last. */
	readonly text: string;
	/** How many events it is of. */
	readonly count: number;
	readonly events: readonly PolywanEvent[];
}

const MOST_LINES = 20;
const ORDER: readonly Severity[] = ["info", "warning", "error"];

export function severityOf({ kind, to, reason }: PolywanEvent): Severity {
	if (kind === "uplink") return to === "down" || to === "degraded" ? "warning" : "info";
	if (kind === "apply") return "error";
	if (kind === "repair" || kind === "hook" || kind === "usage") return "warning";
	return kind === "daemon" && /cannot|fail/i.test(reason) ? "error" : "info";
}

export function isAtLeast(severity: Severity, least: Severity): boolean {
	return ORDER.indexOf(severity) >= ORDER.indexOf(least);
}

/** `events`: at least one. */
export function buildNotice(host: string, events: readonly PolywanEvent[]): Notice {
	const severity = events
		.map(severityOf)
		.reduce((worst, one) => (isAtLeast(one, worst) ? one : worst), "info");
	const lines = events.slice(-MOST_LINES).map(renderEvent);
	const left = events.length - lines.length;
	const [first] = lines;
	return {
		host,
		severity,
		title: events.length === 1 && first ? `${host}: ${first}` : `${host}: ${events.length} events`,
		text: left > 0 ? [...lines, `and ${left} before them`].join("\n") : lines.join("\n"),
		count: events.length,
		events: events.slice(-MOST_LINES),
	};
}

/** What somebody sends to see whether it arrives. */
export function buildTest(host: string): Notice {
	const text = "This is a test. Nothing has happened.";
	return { host, severity: "info", title: `${host}: ${text}`, text, count: 0, events: [] };
}

/** "wan IPv4: up → down (3 targets do not answer)" */
export function renderEvent({ kind, uplink, family, from, to, reason }: PolywanEvent): string {
	const version = family === null ? "" : family === "ipv4" ? " IPv4" : " IPv6";
	const what = uplink === null ? kind : `${uplink}${version}`;
	if (to === null) return `${what}: ${reason}`;
	return `${what}: ${from === null ? "" : `${from} → `}${to} (${reason})`;
}

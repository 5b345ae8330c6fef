import { batch, computed, signal } from "@preact/signals";
import type { PolywanEvent, Rate, Status } from "polywan-core/status";

/** What does not answer. "session": signed out. */
export type Missing = "router" | "bus" | "daemon" | "session";

export type Liveness =
	| { readonly kind: "connecting" }
	| { readonly kind: "live" }
	| { readonly kind: "gone"; readonly what: Missing };

export const status = signal<Status | null>(null);
/** Bytes a second, by uplink. */
export const rates = signal<Readonly<Record<string, Rate>>>({});
/** Newest first. */
export const events = signal<readonly PolywanEvent[]>([]);
export const liveness = signal<Liveness>({ kind: "connecting" });
/** Browser time of the last answer, 0 before the first. */
export const answeredAtMs = signal(0);
/** Browser time, moving once a second while the page is seen. */
export const nowMs = signal(Date.now());
/** The router's clock less the browser's: either may be wrong. */
const clockOffsetMs = signal(0);
export const readOnly = signal(true);
/** Whether the router has told what this user may do. */
export const rightsKnown = signal(false);

/** How old the figures on the screen are, in ms. */
export const ageMs = computed(() =>
	answeredAtMs.value === 0 ? 0 : Math.max(0, nowMs.value - answeredAtMs.value),
);

/** The router's clock now. */
export const routerNowMs = computed(() => nowMs.value + clockOffsetMs.value);

const EVENTS_KEPT = 200;

export interface News {
	readonly status: Status;
	readonly rates: Readonly<Record<string, Rate>>;
	readonly events: readonly PolywanEvent[];
	readonly routerNowMs: number;
}

export function takeNews(news: News, atMs: number): void {
	batch(() => {
		status.value = news.status;
		rates.value = news.rates;
		takeEvents(news.events);
		clockOffsetMs.value = news.routerNowMs - atMs;
		answeredAtMs.value = atMs;
		nowMs.value = atMs;
		liveness.value = { kind: "live" };
	});
}

/** Events that are already there are not taken twice. */
function takeEvents(next: readonly PolywanEvent[]): void {
	const known = new Set(events.value.map((event) => event.sequence));
	const fresh = next.filter((event) => !known.has(event.sequence));
	if (fresh.length === 0) return;
	events.value = [...fresh, ...events.value].sort((a, b) => b.sequence - a.sequence).slice(0, EVENTS_KEPT);
}

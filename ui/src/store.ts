import { computed, signal } from "@preact/signals";
import type { PolywanEvent, Status } from "polywan-core/status";

/** What does not answer. "session": signed out. */
export type Missing = "router" | "bus" | "daemon" | "session";

export type Liveness =
	| { readonly kind: "connecting" }
	| { readonly kind: "live" }
	| { readonly kind: "gone"; readonly what: Missing };

export const status = signal<Status | null>(null);
export const events = signal<readonly PolywanEvent[]>([]);
export const liveness = signal<Liveness>({ kind: "connecting" });
/** Browser time of the last answer, 0 before the first. */
export const answeredAtMs = signal(0);
export const nowMs = signal(Date.now());
export const readOnly = signal(true);
export const page = signal("overview");

/** How old the figures on the screen are, in ms. */
export const ageMs = computed(() =>
	answeredAtMs.value === 0 ? 0 : Math.max(0, nowMs.value - answeredAtMs.value),
);

const EVENTS_KEPT = 200;

export function takeStatus(next: Status, atMs: number): void {
	status.value = next;
	answeredAtMs.value = atMs;
	liveness.value = { kind: "live" };
}

/** Newest first; events that are already there are not taken twice. */
export function takeEvents(next: readonly PolywanEvent[]): void {
	const known = new Set(events.value.map((event) => event.sequence));
	const fresh = next.filter((event) => !known.has(event.sequence));
	if (fresh.length === 0) return;
	events.value = [...fresh, ...events.value].sort((a, b) => b.sequence - a.sequence).slice(0, EVENTS_KEPT);
}

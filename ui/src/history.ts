import { signal } from "@preact/signals";
import type { FamilyStatus, History, Status, UplinkHistory } from "polywan-core/status";

/** One look at an uplink: round trip per family (null: no answer), loss, and whether new connections could go there. */
export interface Sample {
	readonly atMs: number;
	readonly rttMs: { readonly ipv4: number | null; readonly ipv6: number | null };
	readonly lossPercent: { readonly ipv4: number; readonly ipv6: number };
	readonly usable: { readonly ipv4: boolean; readonly ipv6: boolean };
}

export const SPAN_MS = 600_000;
/** Closer looks replace each other, or a busy line would fill the memory. */
const STEP_MS = 2500;

/** Samples of the last ten minutes by uplink, oldest first. */
export const samples = signal<ReadonlyMap<string, readonly Sample[]>>(new Map());

export function takeSamples(status: Status, atMs: number): void {
	const next = new Map<string, readonly Sample[]>();
	for (const uplink of status.uplinks) {
		const sample = {
			atMs,
			rttMs: { ipv4: roundTrip(uplink.ipv4), ipv6: roundTrip(uplink.ipv6) },
			lossPercent: { ipv4: uplink.ipv4?.loss_percent ?? 0, ipv6: uplink.ipv6?.loss_percent ?? 0 },
			usable: { ipv4: isUsable(uplink.ipv4), ipv6: isUsable(uplink.ipv6) },
		};
		next.set(uplink.name, appended(samples.value.get(uplink.name) ?? [], sample));
	}
	samples.value = next;
}

/** What the router remembers of the time before this page was opened. */
export function takeHistory(history: History, atMs: number): void {
	const next = new Map(samples.value);
	for (const [name, uplink] of Object.entries(history.uplinks)) {
		const seen = next.get(name) ?? [];
		const first = seen[0]?.atMs ?? Number.POSITIVE_INFINITY;
		const remembered = toSamples(uplink, history.step_ms, atMs - history.age_ms);
		next.set(name, [...remembered.filter((sample) => sample.atMs < first), ...seen]);
	}
	samples.value = next;
}

function appended(seen: readonly Sample[], sample: Sample): readonly Sample[] {
	const kept = seen.filter(({ atMs }) => sample.atMs - atMs <= SPAN_MS);
	const last = kept.at(-1);
	const before = kept.at(-2);
	const replaces =
		last !== undefined &&
		before !== undefined &&
		sample.atMs - before.atMs < STEP_MS &&
		last.usable.ipv4 === sample.usable.ipv4 &&
		last.usable.ipv6 === sample.usable.ipv6;
	return [...(replaces ? kept.slice(0, -1) : kept), sample];
}

function toSamples({ ipv4, ipv6 }: UplinkHistory, stepMs: number, lastAtMs: number): Sample[] {
	const count = ipv4.rtt_us.length;
	return ipv4.rtt_us.map((_, index) => ({
		atMs: lastAtMs - (count - 1 - index) * stepMs,
		rttMs: { ipv4: milliseconds(ipv4.rtt_us[index]), ipv6: milliseconds(ipv6.rtt_us[index]) },
		lossPercent: { ipv4: ipv4.loss_percent[index] ?? 0, ipv6: ipv6.loss_percent[index] ?? 0 },
		usable: { ipv4: ipv4.usable[index] === 1, ipv6: ipv6.usable[index] === 1 },
	}));
}

function milliseconds(us: number | undefined): number | null {
	return us === undefined || us < 0 ? null : us / 1000;
}

function roundTrip(family: FamilyStatus | null): number | null {
	return family?.rtt_ms ?? null;
}

function isUsable(family: FamilyStatus | null): boolean {
	return family !== null && family.state !== "down" && family.state !== "recovering";
}

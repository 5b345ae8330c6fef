import type { Family } from "../family.ts";
import { FAMILIES } from "../family.ts";
import type { Happening, Simulation, StateTime } from "./simulate.ts";

/** The simulation line by line: when, what, and how the shares are from then on; at the end how long each state lasted. */
export function renderSimulation({ happenings, times, endMs }: Simulation): string {
	const lines = joinFamilies(happenings).map(renderHappening);
	lines.push(`${renderMoment(endMs)}  end`, "");
	lines.push(...renderTimes(times, endMs));
	return `${lines.join("\n")}\n`;
}

/** "wan IPv4: up 105.4 s (87.8 %), down 14.6 s (12.2 %)", a line for each. */
function renderTimes(times: readonly StateTime[], endMs: number): readonly string[] {
	const lines = new Map<string, string[]>();
	for (const { uplink, family, state, ms } of times) {
		const key = `${uplink} IPv${family}`;
		const parts = lines.get(key) ?? [];
		if (ms >= SHORTEST_MS) parts.push(`${state} ${renderSeconds(ms)} (${percentOf(ms, endMs)} %)`);
		lines.set(key, parts);
	}
	return [...lines].map(([key, parts]) => `${key}: ${parts.join(", ")}`);
}

/** Shorter times are not worth a word at the end. */
const SHORTEST_MS = 50;

type Shown = Happening & { readonly families?: readonly Family[] };

/** What happens to both IP versions in the same way at the same moment is told once. */
function joinFamilies(happenings: readonly Happening[]): readonly Shown[] {
	const joined: Shown[] = [];
	for (const happening of happenings) {
		const twin = happening.kind === "event" ? -1 : joined.findIndex((other) => isTwin(other, happening));
		const found = joined[twin];
		if (found === undefined || happening.kind === "event")
			joined.push(happening.kind === "event" ? happening : { ...happening, families: [happening.family] });
		else joined[twin] = { ...found, families: [...(found.families ?? []), happening.family] };
	}
	return joined;
}

function isTwin(one: Shown, other: Happening): boolean {
	const withoutFamily = ({ families: _, ...rest }: Shown): string =>
		JSON.stringify({ ...rest, family: 0, reason: "" });
	return one.atMs === other.atMs && one.kind === other.kind && withoutFamily(one) === withoutFamily(other);
}

function renderHappening(happening: Shown): string {
	const moment = renderMoment(happening.atMs);
	if (happening.kind === "event") return `${moment}  > ${happening.text}`;
	const families = happening.families ?? [];
	const version = families.length === FAMILIES.length ? "" : ` IPv${families.join("+")}`;
	if (happening.kind === "state") {
		const { uplink, from, to, reason } = happening;
		return `${moment}  ${uplink}${version} ${from} → ${to}: ${reason}`;
	}
	const shares = happening.uplinks.map(({ name, percent }) => `${name} ${percent} %`).join(", ");
	return `${moment}    policy ${happening.policy}${version}: ${happening.verdict ?? shares}`;
}

/** "   12.345s": seconds since the start. */
function renderMoment(atMs: number): string {
	return `${(atMs / 1000).toFixed(3).padStart(9)}s`;
}

function renderSeconds(ms: number): string {
	return `${(ms / 1000).toFixed(1)} s`;
}

function percentOf(ms: number, wholeMs: number): string {
	return wholeMs === 0 ? "0" : ((100 * ms) / wholeMs).toFixed(1);
}

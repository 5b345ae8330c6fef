import { parseValue } from "../config/datatype.ts";
import type { Model } from "../config/model.ts";
import type { Family } from "../family.ts";

/** What changes on a line, or for one IP version of it. */
export type Change =
	/** The line behind the link answers nothing, or does again. */
	| { readonly kind: "answers"; readonly value: boolean }
	/** Cable, address and route are there, or not. */
	| { readonly kind: "link"; readonly value: boolean }
	/** Round trip in ms. */
	| { readonly kind: "delayMs"; readonly value: number }
	/** Share of the packets lost, 0–100. */
	| { readonly kind: "lossPercent"; readonly value: number }
	/** Use of its capacity by the LAN, 0–100. */
	| { readonly kind: "loadPercent"; readonly value: number };

export interface ScenarioEvent {
	readonly atMs: number;
	/** Names; null: every uplink. */
	readonly uplink: string | null;
	/** null: both. */
	readonly family: Family | null;
	readonly change: Change;
	/** As written, for the report. */
	readonly text: string;
}

/** Outages and loads over time. */
export interface Scenario {
	/** In the order of time. */
	readonly events: readonly ScenarioEvent[];
	readonly endMs: number;
}

/** A line of an event file that cannot be understood. */
export class ScenarioError extends Error {}

/** How long the simulation goes on after the last event, unless the file says when it ends. */
const AFTER_MS = 30_000;

/** For `polywan help simulate`. */
export const SCENARIO_HELP = `An event is a line: time, uplink, what happens. Times are 10s, 500ms, 2m or plain seconds, from the start; + before one
counts from the line above. An uplink may be * for all, or wan/ipv4, wan/ipv6 for one IP version. What can happen:
  down, up        the line behind the link stops answering, or answers again
  unplug, plug    the link goes away, or comes back
  delay 80ms      round trip (20ms at first)
  loss 30%        packets lost (none at first)
  load 90%        use of the line's capacity by the LAN (nothing at first); with traffic, faults are noticed sooner
Connections, quotas and times of the day are not simulated: least_connections shares by weight, and nothing is out of its time.
A line "<time> end" ends the simulation, else it goes on for 30 s after the last event. # begins a comment.
Example:
  0    *         load 20%
  10s  wan       down
  +15s wan       up
  60s  wanb/ipv6 loss 40%
  2m   end`;

/** Throws ScenarioError, naming the line. */
export function parseScenario(text: string, model: Pick<Model, "uplinks">): Scenario {
	const events: ScenarioEvent[] = [];
	let atMs = 0;
	let endMs: number | null = null;
	for (const [index, line] of text.split("\n").entries()) {
		const words = line.replace(/#.*/, "").split(/\s+/).filter(Boolean);
		const [time, ...rest] = words;
		if (time === undefined) continue;
		const fail = (reason: string): never => {
			throw new ScenarioError(`line ${index + 1} "${quote(line.trim())}": ${reason}`);
		};
		atMs = parseTime(time, atMs) ?? fail(`'${quote(time)}' is not a time, such as 10s, 2m or +500ms`);
		if (rest[0] === "end" && rest.length === 1) {
			endMs = atMs;
			continue;
		}
		events.push({ atMs, ...parseEvent(rest, model, fail), text: rest.join(" ") });
	}
	events.sort((a, b) => a.atMs - b.atMs);
	return { events, endMs: endMs ?? (events.at(-1)?.atMs ?? 0) + AFTER_MS };
}

type Fail = (reason: string) => never;

function parseTime(word: string, beforeMs: number): number | null {
	const isRelative = word.startsWith("+");
	const type = { kind: "duration", minMs: 0, maxMs: 31 * 86_400_000 } as const;
	const value = parseValue(type, isRelative ? word.slice(1) : word);
	if (typeof value !== "number") return null;
	return isRelative ? beforeMs + value : value;
}

function parseEvent(
	words: readonly string[],
	model: Pick<Model, "uplinks">,
	fail: Fail,
): Pick<ScenarioEvent, "uplink" | "family" | "change"> {
	const [where = "", what = "", value, ...more] = words;
	const [name = "", version] = where.split("/");
	const names = model.uplinks.map((uplink) => uplink.name);
	if (name !== "*" && !names.includes(name))
		fail(`there is no uplink '${quote(name)}'; there are ${names.join(", ") || "none"}`);
	if (version !== undefined && version !== "ipv4" && version !== "ipv6")
		fail(`'${version}' must be ipv4 or ipv6`);
	if (more.length > 0) fail(`'${more.join(" ")}' is too much`);
	const family = version === undefined ? null : version === "ipv4" ? 4 : 6;
	return { uplink: name === "*" ? null : name, family, change: parseChange(what, value, fail) };
}

const SWITCHES: ReadonlyMap<string, Change> = new Map([
	["down", { kind: "answers", value: false }],
	["up", { kind: "answers", value: true }],
	["unplug", { kind: "link", value: false }],
	["plug", { kind: "link", value: true }],
]);

/** As much of a line as its report repeats; a file that is no list of events at all may be one long line. */
const QUOTED_CHARACTERS = 60;

/** A piece of the file as it can be shown on any terminal. */
function quote(text: string): string {
	const clean = text.replace(/[^ -~\u00a0-\uffff]/g, "?");
	return clean.length > QUOTED_CHARACTERS ? `${clean.slice(0, QUOTED_CHARACTERS)}…` : clean;
}

function parseChange(what: string, value: string | undefined, fail: Fail): Change {
	const simple = SWITCHES.get(what);
	if (simple !== undefined) {
		if (value !== undefined) fail(`'${what}' takes no value`);
		return simple;
	}
	if (what === "delay") return { kind: "delayMs", value: readDelay(value, fail) };
	if (what === "loss") return { kind: "lossPercent", value: readPercent(what, value, fail) };
	if (what === "load") return { kind: "loadPercent", value: readPercent(what, value, fail) };
	const wrong = what === "" ? "what happens is missing: it" : `'${quote(what)}'`;
	return fail(`${wrong} must be down, up, unplug, plug, delay, loss, load or end`);
}

function readDelay(text: string | undefined, fail: Fail): number {
	const value = parseValue({ kind: "duration", minMs: 0, maxMs: 60_000 }, text ?? "");
	return typeof value === "number" ? value : fail("delay needs a time of at most 60s, such as 80ms");
}

function readPercent(what: string, text: string | undefined, fail: Fail): number {
	const value = parseValue({ kind: "percent" }, text ?? "");
	return typeof value === "number" ? value : fail(`${what} needs a percentage, such as 30%`);
}

import { dateOf, dayNumber, weekdayOf } from "./calendar.ts";
import { localTimeAt, momentOf, type TimeZone } from "./time-zone.ts";

/** A time that comes every week: on these days from a minute of the day, until another, of the next day where that is not later. */
export interface Window {
	/** 0–6, Sunday is 0. */
	readonly days: readonly number[];
	/** Minutes from midnight, 0–1439. */
	readonly fromMinute: number;
	/** 1–1440. */
	readonly toMinute: number;
}

const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const ALL_DAYS: readonly number[] = [0, 1, 2, 3, 4, 5, 6];
const DAY_MINUTES = 1440;
/** Before this nobody has set the clock: routers without a battery boot in 1970, or when their firmware was made. */
export const CLOCK_SET_MS = 1_735_689_600_000;

/** "mon-fri@08:00-18:00", "sat,sun", "22:00-06:00" (until the next morning); null: none of these. */
export function parseWindow(text: string): Window | null {
	const [first = "", second, ...more] = text.toLowerCase().split("@");
	if (more.length > 0) return null;
	const isTime = second === undefined && first.includes(":");
	const days = isTime ? ALL_DAYS : parseDays(first);
	const times = isTime ? parseTimes(first) : second === undefined ? [0, DAY_MINUTES] : parseTimes(second);
	if (days === null || times === null) return null;
	const [fromMinute = 0, toMinute = DAY_MINUTES] = times;
	return { days, fromMinute, toMinute };
}

/** Whether one of the windows is open; always where there is none, or where nobody has set the clock. */
export function isOpen(windows: readonly Window[], zone: TimeZone, nowMs: number): boolean {
	if (windows.length === 0 || nowMs < CLOCK_SET_MS) return true;
	const { year, month, day } = localTimeAt(zone, nowMs);
	const today = dayNumber(year, month, day);
	return windows.some((window) =>
		[today - 1, today].some((start) => {
			if (!window.days.includes(weekdayOf(start))) return false;
			const { fromMs, toMs } = spanOf(window, start, zone);
			return nowMs >= fromMs && nowMs < toMs;
		}),
	);
}

/** When it opens or closes next; null: never. */
export function nextChange(windows: readonly Window[], zone: TimeZone, nowMs: number): number | null {
	if (windows.length === 0 || nowMs < CLOCK_SET_MS) return null;
	const { year, month, day } = localTimeAt(zone, nowMs);
	const today = dayNumber(year, month, day);
	const open = isOpen(windows, zone, nowMs);
	let next: number | null = null;
	for (const window of windows) {
		for (let start = today - 1; start <= today + 8; start++) {
			if (!window.days.includes(weekdayOf(start))) continue;
			const { fromMs, toMs } = spanOf(window, start, zone);
			for (const at of [fromMs, toMs]) {
				if (at <= nowMs || (next !== null && at >= next) || isOpen(windows, zone, at) === open) continue;
				next = at;
			}
		}
	}
	return next;
}

/** By the clock on the wall: on the days summer time begins and ends it is an hour shorter or longer. */
function spanOf(
	window: Window,
	start: number,
	zone: TimeZone,
): { readonly fromMs: number; readonly toMs: number } {
	const isOvernight = window.toMinute <= window.fromMinute;
	return {
		fromMs: momentAt(start, window.fromMinute, zone),
		toMs: momentAt(isOvernight ? start + 1 : start, window.toMinute, zone),
	};
}

function momentAt(number: number, minute: number, zone: TimeZone): number {
	const { year, month, day } = dateOf(number);
	return momentOf(zone, year, month, day, 0, minute);
}

function parseDays(text: string): readonly number[] | null {
	const days = new Set<number>();
	for (const part of text.split(",")) {
		const [from = "", to = from, ...more] = part.split("-");
		const first = DAYS.indexOf(from);
		const last = DAYS.indexOf(to);
		if (first < 0 || last < 0 || more.length > 0) return null;
		for (let day = first; ; day = (day + 1) % 7) {
			days.add(day);
			if (day === last) break;
		}
	}
	return [...days].sort();
}

function parseTimes(text: string): readonly [number, number] | null {
	const found = /^(\d{1,2}):(\d\d)-(\d{1,2}):(\d\d)$/.exec(text);
	if (found === null) return null;
	const [, fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = found.map(Number);
	const from = fromHour * 60 + fromMinute;
	const to = toHour * 60 + toMinute;
	if (fromMinute > 59 || toMinute > 59 || from >= DAY_MINUTES || to > DAY_MINUTES || from === to) return null;
	return [from, to === 0 ? DAY_MINUTES : to];
}

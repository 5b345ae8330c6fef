import { dateOf, dayNumber, daysInMonth, weekdayOf } from "./calendar.ts";

/** A moment as a wall clock and calendar show it. */
export interface LocalTime {
	readonly year: number;
	/** 1–12. */
	readonly month: number;
	/** 1–31. */
	readonly day: number;
	/** 0–6, Sunday is 0. */
	readonly weekday: number;
	readonly hour: number;
	readonly minute: number;
	readonly second: number;
}

/** A time zone as the TZ variable of POSIX describes it (IEEE Std 1003.1, 8.3; RFC 9636, 3.3.1 for hours from -167 to 167). */
export interface TimeZone {
	/** Seconds to add to UTC outside of summer time. */
	readonly standardOffset: number;
	/** Null: no summer time. */
	readonly summer: {
		readonly offset: number;
		/** In local standard time. */
		readonly start: YearlyMoment;
		/** In local summer time. */
		readonly end: YearlyMoment;
	} | null;
}

/** A moment that comes once a year; `seconds` from midnight, may be negative or beyond a day. */
export type YearlyMoment =
	/** Week 1–5 of a month, 5 is the last. */
	| {
			readonly kind: "weekday";
			readonly month: number;
			readonly week: number;
			readonly weekday: number;
			readonly seconds: number;
	  }
	/** 1–365, the 29th of February is never counted. */
	| { readonly kind: "julian"; readonly day: number; readonly seconds: number }
	/** 0–365, the 29th of February is counted. */
	| { readonly kind: "day"; readonly day: number; readonly seconds: number };

export const UTC: TimeZone = { standardOffset: 0, summer: null };

const NAME = "(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)";
const CLOCK = "[+-]?\\d{1,3}(?::\\d{1,2}(?::\\d{1,2})?)?";
const RULE = "(?:M\\d{1,2}\\.\\d\\.\\d|J\\d{1,3}|\\d{1,3})";
const ZONE = new RegExp(
	`^${NAME}(${CLOCK})(?:${NAME}(${CLOCK})?(?:,(${RULE})(?:/(${CLOCK}))?,(${RULE})(?:/(${CLOCK}))?)?)?$`,
);
const HAS_SUMMER = new RegExp(`^${NAME}${CLOCK}${NAME}`);
const HOUR = 3600;
const DAY = 86_400;

/** The text of option timezone in /etc/config/system, as "CET-1CEST,M3.5.0,M10.5.0/3" or "UTC"; null: not such a text. */
export function parseTimeZone(text: string): TimeZone | null {
	if (text === "UTC" || text === "GMT") return UTC;
	const found = ZONE.exec(text);
	if (found === null) return null;
	const [, standard = "", summer, startRule, startClock, endRule, endClock] = found;
	const standardWest = parseClock(standard, 24);
	if (standardWest === null) return null;
	if (!HAS_SUMMER.test(text)) return { standardOffset: -standardWest + 0, summer: null };
	const summerWest = summer === undefined ? standardWest - HOUR : parseClock(summer, 24);
	// Without rules POSIX leaves them open; glibc and musl take those of the United States.
	const start = parseMoment(startRule ?? "M3.2.0", startClock);
	const end = parseMoment(endRule ?? "M11.1.0", endClock);
	if (summerWest === null || start === null || end === null) return null;
	return { standardOffset: -standardWest + 0, summer: { offset: -summerWest + 0, start, end } };
}

/** Seconds to add to UTC at a moment (seconds since 1970). */
export function offsetAt(zone: TimeZone, unixSeconds: number): number {
	const { standardOffset, summer } = zone;
	if (summer === null) return standardOffset;
	const { year } = dateOf(Math.floor((unixSeconds + standardOffset) / DAY));
	const start = secondsOf(summer.start, year) - standardOffset;
	const end = secondsOf(summer.end, year) - summer.offset;
	const isSummer =
		start < end ? unixSeconds >= start && unixSeconds < end : unixSeconds >= start || unixSeconds < end;
	return isSummer ? summer.offset : standardOffset;
}

/** What wall clock and calendar show at a moment (milliseconds since 1970). */
export function localTimeAt(zone: TimeZone, unixMs: number): LocalTime {
	const seconds = Math.floor(unixMs / 1000);
	const shown = seconds + offsetAt(zone, seconds);
	const number = Math.floor(shown / DAY);
	const ofDay = shown - number * DAY;
	return {
		...dateOf(number),
		weekday: weekdayOf(number),
		hour: Math.floor(ofDay / HOUR),
		minute: Math.floor((ofDay % HOUR) / 60),
		second: ofDay % 60,
	};
}

/**
 * The moment (milliseconds since 1970) at which wall clocks show a time. A time that summer time skips is the moment of the skip's end;
 * of a time that comes twice it is the first. Days and hours beyond their range run on into the next month or day.
 */
export function momentOf(
	zone: TimeZone,
	year: number,
	month: number,
	day: number,
	hour: number,
	minute = 0,
	second = 0,
): number {
	const shown = dayNumber(year, month, day) * DAY + hour * HOUR + minute * 60 + second;
	const offsets = [zone.standardOffset, zone.summer?.offset ?? zone.standardOffset];
	const fitting = offsets
		.map((offset) => shown - offset)
		.filter((moment) => moment + offsetAt(zone, moment) === shown);
	if (fitting.length > 0) return Math.min(...fitting) * 1000;
	return skipEnd(zone, shown) * 1000;
}

/** No clock shows `shown`: the moment at which it was jumped over. */
function skipEnd(zone: TimeZone, shown: number): number {
	const summer = zone.summer?.offset ?? zone.standardOffset;
	const late = shown - Math.min(zone.standardOffset, summer);
	const { year } = dateOf(Math.floor(shown / DAY));
	const jumps = [year - 1, year, year + 1].flatMap((each) =>
		zone.summer === null
			? []
			: [secondsOf(zone.summer.start, each) - zone.standardOffset, secondsOf(zone.summer.end, each) - summer],
	);
	return Math.max(...jumps.filter((moment) => moment <= late), Number.NEGATIVE_INFINITY);
}

function parseClock(text: string, mostHours: number): number | null {
	const [hours = 0, minutes = 0, seconds = 0] = text.replace(/^[+-]/, "").split(":").map(Number);
	if (hours > mostHours || minutes > 59 || seconds > 59) return null;
	const total = hours * HOUR + minutes * 60 + seconds;
	return text.startsWith("-") ? -total : total;
}

function parseMoment(rule: string, clock: string | undefined): YearlyMoment | null {
	const seconds = parseClock(clock ?? "2", 167);
	if (seconds === null) return null;
	if (rule.startsWith("M")) {
		const [month = 0, week = 0, weekday = 0] = rule.slice(1).split(".").map(Number);
		const inRange = month >= 1 && month <= 12 && week >= 1 && week <= 5 && weekday <= 6;
		return inRange ? { kind: "weekday", month, week, weekday, seconds } : null;
	}
	if (rule.startsWith("J")) {
		const day = Number(rule.slice(1));
		return day >= 1 && day <= 365 ? { kind: "julian", day, seconds } : null;
	}
	const day = Number(rule);
	return day <= 365 ? { kind: "day", day, seconds } : null;
}

/** Seconds from 1970 to the moment, as if local time were UTC. */
function secondsOf(moment: YearlyMoment, year: number): number {
	const newYear = dayNumber(year, 1, 1);
	if (moment.kind === "day") return (newYear + moment.day) * DAY + moment.seconds;
	if (moment.kind === "julian") {
		const leap = daysInMonth(year, 2) === 29 && moment.day >= 60;
		return (newYear + moment.day - 1 + (leap ? 1 : 0)) * DAY + moment.seconds;
	}
	const first = weekdayOf(dayNumber(year, moment.month, 1));
	let day = 1 + ((moment.weekday - first + 7) % 7) + (moment.week - 1) * 7;
	if (day > daysInMonth(year, moment.month)) day -= 7;
	return dayNumber(year, moment.month, day) * DAY + moment.seconds;
}

import { dateOf, dayNumber, daysInMonth, weekdayOf } from "../schedule/calendar.ts";
import { localTimeAt, momentOf, type TimeZone } from "../schedule/time-zone.ts";

/** What a quota is given for. */
export interface Period {
	readonly every: "day" | "week" | "month";
	/** Of a month 1–31 (the last day where it is shorter), of a week 1–7, Monday is 1; of a day without meaning. */
	readonly resetDay: number;
	/** 0–23, by the clock on the wall. */
	readonly resetHour: number;
}

/** When the period began in which a moment lies (ms since 1970). */
export function periodStart(period: Period, zone: TimeZone, nowMs: number): number {
	const { year, month, day } = localTimeAt(zone, nowMs);
	const today = dayNumber(year, month, day);
	const candidates = period.every === "month" ? monthStarts(period, year, month) : dayStarts(period, today);
	const moments = candidates.map((number) => momentAt(number, period, zone));
	return Math.max(...moments.filter((at) => at <= nowMs));
}

/** When the next one begins. */
export function periodEnd(period: Period, zone: TimeZone, nowMs: number): number {
	const { year, month, day } = localTimeAt(zone, nowMs);
	const today = dayNumber(year, month, day);
	const candidates =
		period.every === "month"
			? monthStarts(period, year, month + 2).concat(monthStarts(period, year, month))
			: dayStarts(period, today + 8).concat(dayStarts(period, today));
	const moments = candidates.map((number) => momentAt(number, period, zone));
	return Math.min(...moments.filter((at) => at > nowMs));
}

/** In this month and the two before. */
function monthStarts({ resetDay }: Period, year: number, month: number): number[] {
	return [month - 2, month - 1, month].map((each) => {
		const { year: ofYear, month: ofMonth } = dateOf(dayNumber(year, each, 1));
		return dayNumber(ofYear, ofMonth, Math.min(resetDay, daysInMonth(ofYear, ofMonth)));
	});
}

/** In this day and the eight before. */
function dayStarts({ every, resetDay }: Period, today: number): number[] {
	const days = Array.from({ length: 9 }, (_, ago) => today - ago);
	return every === "day" ? days : days.filter((number) => weekdayOf(number) === resetDay % 7);
}

function momentAt(number: number, { resetHour }: Period, zone: TimeZone): number {
	const { year, month, day } = dateOf(number);
	return momentOf(zone, year, month, day, resetHour);
}

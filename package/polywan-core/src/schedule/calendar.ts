// The Gregorian calendar, for dates before 1970 too; days are counted from the 1st of January 1970.

export interface CalendarDate {
	readonly year: number;
	/** 1–12. */
	readonly month: number;
	/** 1–31. */
	readonly day: number;
}

/** From the 1st of March 0000, the day after a leap day, to 1970. */
const DAYS_TO_1970 = 719_468;
const DAYS_PER_ERA = 146_097;
const YEARS_PER_ERA = 400;

/** The number of a day. Months and days beyond their range run on: month 13 is next January, day 0 the last of the month before. */
export function dayNumber(year: number, month: number, day: number): number {
	const months = year * 12 + (month - 1) - 2;
	// Years that begin in March, so that the leap day is the last.
	const marchYear = Math.floor(months / 12);
	const marchMonth = months - marchYear * 12;
	const era = Math.floor(marchYear / YEARS_PER_ERA);
	const yearOfEra = marchYear - era * YEARS_PER_ERA;
	const dayOfYear = Math.floor((153 * marchMonth + 2) / 5) + day - 1;
	const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
	return era * DAYS_PER_ERA + dayOfEra - DAYS_TO_1970;
}

export function dateOf(number: number): CalendarDate {
	const shifted = number + DAYS_TO_1970;
	const era = Math.floor(shifted / DAYS_PER_ERA);
	const dayOfEra = shifted - era * DAYS_PER_ERA;
	const yearOfEra = Math.floor(
		(dayOfEra -
			Math.floor(dayOfEra / 1460) +
			Math.floor(dayOfEra / 36_524) -
			Math.floor(dayOfEra / 146_096)) /
			365,
	);
	const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
	const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
	const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
	return {
		year: era * YEARS_PER_ERA + yearOfEra + (month <= 2 ? 1 : 0),
		month,
		day: dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1,
	};
}

/** 0–6, Sunday is 0. */
export function weekdayOf(number: number): number {
	return (((number + 4) % 7) + 7) % 7;
}

/** 28–31. */
export function daysInMonth(year: number, month: number): number {
	return dayNumber(year, month + 1, 1) - dayNumber(year, month, 1);
}

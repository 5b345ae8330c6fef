import { dateOf, dayNumber, daysInMonth, weekdayOf } from "polywan-core/schedule/calendar";
import { expect, test } from "vitest";

test("every day of six centuries is the one JavaScript has, there and back", () => {
	const first = Date.UTC(1700, 0, 1) / 86_400_000;
	for (let number = first; number < first + 600 * 365; number++) {
		const date = new Date(number * 86_400_000);
		const expected = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
		const found = dateOf(number);
		if (found.year !== expected.year || found.month !== expected.month || found.day !== expected.day)
			expect(found).toEqual(expected);
		if (dayNumber(found.year, found.month, found.day) !== number || weekdayOf(number) !== date.getUTCDay())
			expect([dayNumber(found.year, found.month, found.day), weekdayOf(number)]).toEqual([
				number,
				date.getUTCDay(),
			]);
	}
});

test("months and days beyond their range run on", () => {
	expect(dateOf(dayNumber(2023, 13, 1))).toEqual({ year: 2024, month: 1, day: 1 });
	expect(dateOf(dayNumber(2024, 3, 0))).toEqual({ year: 2024, month: 2, day: 29 });
	expect(dateOf(dayNumber(2024, 0, 1))).toEqual({ year: 2023, month: 12, day: 1 });
	expect([daysInMonth(2024, 2), daysInMonth(1900, 2), daysInMonth(2023, 12)]).toEqual([29, 28, 31]);
});

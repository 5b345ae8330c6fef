import { parseTimeZone, UTC } from "polywan-core/schedule/time-zone";
import { isOpen, nextChange, parseWindow, type Window } from "polywan-core/schedule/window";
import { describe, expect, test } from "vitest";

const BERLIN = parseTimeZone("CET-1CEST,M3.5.0,M10.5.0/3") ?? UTC;

function windows(...texts: string[]): Window[] {
	return texts.map((text) => {
		const window = parseWindow(text);
		if (window === null) throw new Error(`${text} is no window`);
		return window;
	});
}

describe("windows", () => {
	test("days, times, both, and across midnight", () => {
		const office = windows("mon-fri@08:00-18:00");
		// 2026-11-20 is a Friday.
		expect(isOpen(office, UTC, Date.UTC(2026, 10, 20, 8))).toBe(true);
		expect(isOpen(office, UTC, Date.UTC(2026, 10, 20, 18))).toBe(false);
		expect(isOpen(office, UTC, Date.UTC(2026, 10, 21, 9))).toBe(false);
		const night = windows("fri@22:00-06:00");
		expect(isOpen(night, UTC, Date.UTC(2026, 10, 21, 5, 59))).toBe(true);
		expect(isOpen(night, UTC, Date.UTC(2026, 10, 20, 5, 59))).toBe(false);
		expect(isOpen(windows("sat,sun"), UTC, Date.UTC(2026, 10, 22, 23, 59))).toBe(true);
		expect(isOpen(windows("fri-mon"), UTC, Date.UTC(2026, 10, 22))).toBe(true);
		expect(isOpen(windows("00:00-24:00"), UTC, Date.UTC(2026, 10, 22))).toBe(true);
	});

	test.each([
		"",
		"mon-",
		"xyz",
		"25:00-26:00",
		"08:00-08:00",
		"mon@8-9",
		"08:00-18:60",
		"mon@08:00-09:00@tue",
	])("%j is refused", (text) => expect(parseWindow(text)).toBeNull());

	test("by the clock on the wall through summer time", () => {
		const night = windows("01:00-04:00");
		// On 2026-03-29 clocks jump from 2 to 3 at 1 o'clock UTC: the window is two hours long.
		expect(isOpen(night, BERLIN, Date.UTC(2026, 2, 29, 0, 0))).toBe(true);
		expect(isOpen(night, BERLIN, Date.UTC(2026, 2, 29, 1, 59))).toBe(true);
		expect(isOpen(night, BERLIN, Date.UTC(2026, 2, 29, 2, 0))).toBe(false);
	});

	test("a clock that nobody has set closes nothing", () => {
		const never = windows("mon@00:00-00:01");
		expect(isOpen(never, UTC, 1000)).toBe(true);
		expect(nextChange(never, UTC, 1000)).toBeNull();
	});

	test("the next change is when it opens or closes, minute by minute through a fortnight with summer time", () => {
		const list = windows("mon-fri@22:00-06:00", "sat@10:00-12:00", "fri@06:00-07:00");
		const start = Date.UTC(2026, 2, 22);
		let state = isOpen(list, BERLIN, start);
		let next = nextChange(list, BERLIN, start);
		for (let at = start; at < start + 14 * 86_400_000; at += 60_000) {
			const now = isOpen(list, BERLIN, at);
			if (now !== state) {
				expect(next).toBe(at);
				next = nextChange(list, BERLIN, at);
				state = now;
			}
		}
		expect(nextChange(windows("sun-sat"), UTC, start)).toBeNull();
	});
});

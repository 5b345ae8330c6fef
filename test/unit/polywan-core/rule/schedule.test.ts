import type { RuleSchedule } from "polywan-core/config/model";
import { isInForce, nextLook } from "polywan-core/schedule/rule-schedule";
import { parseTimeZone, UTC } from "polywan-core/schedule/time-zone";
import { describe, expect, test } from "vitest";
import { modelOf } from "../fixture.ts";

function scheduleOf(schedule: string, timezone?: string): RuleSchedule {
	const zone = timezone === undefined ? "" : `\toption timezone '${timezone}'\n`;
	const { rules, problems } = modelOf(
		`config uplink 'wan'\nconfig rule 'r'\n\toption target wan\n\toption schedule '${schedule}'\n${zone}`,
	);
	expect(problems).toEqual([]);
	const found = rules[0]?.schedule;
	if (!found) throw new Error("no schedule");
	return found;
}

const at = (text: string) => Date.parse(text);

describe("a rule's schedule", () => {
	test.each([
		// A Friday in winter.
		["mon-fri@08:00-18:00", "2026-11-20T09:00:00Z", true],
		["mon-fri@08:00-18:00", "2026-11-20T18:00:00Z", false],
		["22:00-06:00", "2026-11-20T23:30:00Z", true],
		["22:00-06:00", "2026-11-21T05:59:00Z", true],
		["fri@22:00-06:00", "2026-11-20T05:00:00Z", false],
		["fri@22:00-06:00", "2026-11-21T05:00:00Z", true],
		["!sat,sun", "2026-11-21T12:00:00Z", false],
		["!sat,sun", "2026-11-20T12:00:00Z", true],
		["mon-fri !12:00-13:00", "2026-11-20T12:30:00Z", false],
		["mon-fri !12:00-13:00", "2026-11-20T13:00:00Z", true],
	])("%s at %s: %s", (schedule, moment, expected) => {
		expect(isInForce(scheduleOf(schedule), UTC, at(moment))).toBe(expected);
	});

	test("goes by its own time zone, else by the router's, and by summer time", () => {
		const zone = parseTimeZone("CET-1CEST,M3.5.0,M10.5.0/3") ?? UTC;
		const own = scheduleOf("08:00-09:00", "EST5EDT,M3.2.0,M11.1.0");
		expect(isInForce(own, zone, at("2026-11-20T13:30:00Z"))).toBe(true);
		expect(isInForce(own, zone, at("2026-07-01T12:30:00Z"))).toBe(true);
		const routers = scheduleOf("08:00-09:00");
		expect(isInForce(routers, zone, at("2026-11-20T07:30:00Z"))).toBe(true);
		expect(isInForce(routers, zone, at("2026-07-01T06:30:00Z"))).toBe(true);
		expect(isInForce(routers, zone, at("2026-07-01T07:30:00Z"))).toBe(false);
	});

	test("is always open where nobody has set the clock", () => {
		expect(isInForce(scheduleOf("!mon-sun"), UTC, 60_000)).toBe(true);
		expect(nextLook(scheduleOf("22:00-23:00"), UTC, 60_000)).toBeNull();
	});

	test("tells when to look again, for exceptions too", () => {
		const next = (schedule: string) => nextLook(scheduleOf(schedule), UTC, at("2026-11-20T12:30:00Z"));
		expect(next("08:00-18:00")).toBe(at("2026-11-20T18:00:00Z"));
		expect(next("08:00-18:00 !12:00-13:00")).toBe(at("2026-11-20T13:00:00Z"));
	});
});

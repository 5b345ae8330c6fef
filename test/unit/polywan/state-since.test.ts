import { StateSince } from "polywan/watch/state-since";
import { expect, test } from "vitest";

test("an uplink that is kept down is down since then, and up again since that ended", () => {
	const since = new StateSince();
	since.note("wan 4", "up", 1000, "up", 5000);
	expect(since.sinceMs("wan 4", "up", 1000)).toBe(1000);
	since.note("wan 4", "up", 1000, "down", 6000);
	since.note("wan 4", "up", 1000, "down", 7000);
	expect(since.sinceMs("wan 4", "down", 1000)).toBe(6000);
	since.note("wan 4", "up", 1000, "up", 8000);
	expect(since.sinceMs("wan 4", "up", 1000)).toBe(8000);
	expect(since.sinceMs("wan 6", "up", 1000)).toBe(1000);
});

test("later changes of the probes' own state count again", () => {
	const since = new StateSince();
	since.note("wan 4", "up", 1000, "down", 6000);
	since.note("wan 4", "up", 1000, "up", 7000);
	since.note("wan 4", "down", 8000, "down", 8000);
	expect(since.sinceMs("wan 4", "down", 8000)).toBe(8000);
	since.note("wan 4", "recovering", 9000, "recovering", 9001);
	since.note("wan 4", "up", 9500, "up", 9501);
	since.note("wan 4", "up", 9600, "up", 9700);
	expect(since.sinceMs("wan 4", "up", 9600)).toBe(9600);
});

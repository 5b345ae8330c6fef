import { SavePace } from "polywan-core/quota/save-pace";
import { expect, test } from "vitest";

const HOUR = 3_600_000;

test.each([
	["usage", HOUR],
	["history", 6 * HOUR],
])("a week of %s: never two within its time, though the program is killed again and again", (_, everyMs) => {
	const savedAtMs: number[] = [];
	let pace = new SavePace(everyMs, Number.POSITIVE_INFINITY, 0);
	for (let nowMs = 0; nowMs < 7 * 24 * HOUR; nowMs += 10_000) {
		if (nowMs % (37 * 60_000) === 0)
			pace = new SavePace(everyMs, nowMs - (savedAtMs.at(-1) ?? -Infinity), nowMs);
		if (pace.take(nowMs)) savedAtMs.push(nowMs);
	}
	expect(savedAtMs).toHaveLength((7 * 24 * HOUR) / everyMs);
	const gaps = savedAtMs.slice(1).map((atMs, index) => atMs - (savedAtMs[index] ?? 0));
	expect(Math.min(...gaps)).toBeGreaterThanOrEqual(everyMs);
});

test("what was written in the future is as good as written now", () => {
	const pace = new SavePace(HOUR, -50 * HOUR, 0);
	expect(pace.take(HOUR - 1)).toBe(false);
	expect(pace.take(HOUR)).toBe(true);
});

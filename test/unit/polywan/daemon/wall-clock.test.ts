import { WallClock } from "polywan/daemon/wall-clock";
import { expect, test } from "vitest";

test("what happened before the clock was set gets its date when it is, and keeps it while the clock is slewed", () => {
	const now = { wallMs: 5_000, monotonicMs: 5_000 };
	const clock = new WallClock(
		() => now.wallMs,
		() => now.monotonicMs,
	);
	expect(clock.timeOf(2_000)).toBe(2_000);

	Object.assign(now, { wallMs: 1_800_000_010_000, monotonicMs: 10_000 });
	expect(clock.timeOf(2_000)).toBe(1_800_000_002_000);

	Object.assign(now, { wallMs: 1_800_000_020_000.7, monotonicMs: 20_000 });
	expect(clock.timeOf(2_000)).toBe(1_800_000_002_000);
	expect(clock.timeOf(20_000)).toBe(1_800_000_020_000);
});

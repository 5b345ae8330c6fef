import { EVENTS_KEPT, EventRing } from "polywan/bus/event-ring";
import { describe, expect, test } from "vitest";

describe("the ring of events", () => {
	test("numbers grow with every change, also across a restart of the daemon", () => {
		const ring = new EventRing(41);
		expect(ring.add({ kind: "daemon", reason: "started" }, 1.6)).toEqual({
			sequence: 42,
			at_ms: 2,
			kind: "daemon",
			uplink: null,
			family: null,
			from: null,
			to: null,
			reason: "started",
		});
		ring.advance();
		expect(ring.sequence).toBe(43);
	});

	test("the last 200 are kept; since and limit select among them, oldest first", () => {
		const ring = new EventRing(0);
		for (let count = 0; count < 250; count++) ring.add({ kind: "config", reason: `${count}` }, 0);
		expect(ring.list(0, 1000).length).toBe(EVENTS_KEPT);
		expect(ring.list(0, 1000)[0]?.reason).toBe("50");
		expect(ring.list(248, 10).map(({ sequence }) => sequence)).toEqual([249, 250]);
		expect(ring.list(0, 2).map(({ sequence }) => sequence)).toEqual([249, 250]);
		expect(ring.list(0, 0)).toEqual([]);
	});
});

import { buildFigures, differNoticeably } from "polywan/bus/figures";
import { HISTORY_KEPT, History } from "polywan/bus/history";
import type { Status, UplinkStatus } from "polywan-core/status";
import { describe, expect, test } from "vitest";

function uplink(rxBytes: number, rttMs: number | null = 10, state: "up" | "down" = "up"): UplinkStatus {
	const ipv4 = {
		state,
		since_ms: 0,
		reason: "",
		interface: "wan",
		device: "eth1",
		addresses: [],
		gateway: null,
		dns_servers: [],
		rtt_ms: rttMs,
		jitter_ms: 1,
		loss_percent: state === "down" ? 100 : 0,
		targets: [],
	};
	const counters = { rx_bytes: rxBytes, tx_bytes: 0 };
	const kernel = { tier: 1, weight: 1, id: 1, mark: "0x1000000", table: 28673 };
	return { name: "wan", state, wanted: "auto", ipv4, ipv6: null, ...kernel, ...counters };
}

function status(...uplinks: UplinkStatus[]): Status {
	return { uplinks } as Partial<Status> as Status;
}

describe("figures", () => {
	test("an idle line's own probes are not noticed, traffic is, and so is its end", () => {
		const idle = buildFigures(status(uplink(0)), 0, null);
		const probing = buildFigures(status(uplink(200)), 1000, idle);
		expect(differNoticeably(idle, probing)).toBe(false);
		const busy = buildFigures(status(uplink(100_200)), 2000, probing);
		expect(differNoticeably(probing, busy)).toBe(true);
		const after = buildFigures(status(uplink(100_200)), 3000, busy);
		expect(differNoticeably(busy, after)).toBe(true);
	});

	test("a steady rate settles, so that nobody is told again and again", () => {
		let figures = buildFigures(status(uplink(0)), 0, null);
		for (let second = 1; second <= 8; second++)
			figures = buildFigures(status(uplink(second * 100_000)), second * 1000, figures);
		const next = buildFigures(status(uplink(900_000)), 9000, figures);
		expect(differNoticeably(figures, next)).toBe(false);
		expect(next.uplinks.get("wan")?.rate.rx).toBeGreaterThan(99_000);
	});

	test("a round trip that doubles, loss and a new uplink are noticed", () => {
		const before = buildFigures(status(uplink(0)), 0, null);
		expect(differNoticeably(before, buildFigures(status(uplink(0, 20)), 1000, before))).toBe(true);
		expect(differNoticeably(before, buildFigures(status(uplink(0, 11)), 1000, before))).toBe(false);
		expect(differNoticeably(before, buildFigures(status(uplink(0, 10, "down")), 1000, before))).toBe(true);
		const more = status(uplink(0), { ...uplink(0), name: "wanb" });
		expect(differNoticeably(before, buildFigures(more, 1000, before))).toBe(true);
	});
});

describe("history", () => {
	test("holds ten minutes and no more, oldest first", () => {
		const history = new History();
		for (let i = 0; i < HISTORY_KEPT + 30; i++) history.take(status(uplink(i * 5000, i)), i * 5000);
		const { ipv4, rx_rate } = history.list().wan ?? expect.fail("no history of wan");
		expect(ipv4.rtt_us).toHaveLength(HISTORY_KEPT);
		expect(ipv4.rtt_us[0]).toBe(30_000);
		expect(ipv4.rtt_us.at(-1)).toBe((HISTORY_KEPT + 29) * 1000);
		expect(rx_rate.at(-1)).toBe(1000);
		expect(history.rates("wan")).toEqual({ rx: 1000, tx: 0 });
	});

	test("an outage has no round trip; an uplink that is gone is forgotten", () => {
		const history = new History();
		history.take(status(uplink(0)), 0);
		history.take(status(uplink(0, 10, "down")), 5000);
		const { ipv4, ipv6 } = history.list("wan").wan ?? expect.fail("no history of wan");
		expect(ipv4).toEqual({ rtt_us: [10_000, -1], loss_percent: [0, 100], usable: [1, 0] });
		expect(ipv6.usable).toEqual([-1, -1]);
		history.take(status(), 10_000);
		expect(history.list()).toEqual({});
	});
});

import { burstLength } from "polywan-core/health/burst";
import {
	cautiousLoss,
	countLoss,
	countLossSpans,
	isLossHigh,
	isLossLow,
	LossWindow,
} from "polywan-core/health/loss";
import { PathRtt, RttEstimator } from "polywan-core/health/rtt";
import { expect, test } from "vitest";

const all = (): boolean => true;

test("a burst is long enough that a healthy uplink answers none of it once in ten million", () => {
	for (const loss of [0, 0.01, 0.05, 0.1, 0.3, 0.5, 0.65]) {
		const length = burstLength(loss);
		expect(length).toBeGreaterThanOrEqual(6);
		expect(loss ** length).toBeLessThanOrEqual(1e-7);
	}
	expect(burstLength(0.05)).toBe(6);
	expect(burstLength(0.999)).toBe(40);
});

test("losses are counted over the newest outcomes of the targets that count, and can be corrected", () => {
	const window = new LossWindow();
	const wrong = window.record(0, true);
	for (let i = 0; i < 99; i++) window.record(i % 2, i % 2 === 1 && i < 50);
	expect(countLoss(window, 100, all)).toEqual({ lost: 26, total: 100 });
	window.correct(wrong);
	expect(countLoss(window, 100, all)).toEqual({ lost: 25, total: 100 });
	expect(countLoss(window, 1000, (slot) => slot === 0)).toEqual({ lost: 0, total: 51 });
	expect(countLoss(window, 20, all)).toEqual({ lost: 0, total: 20 });
	for (let i = 0; i < 1000; i++) window.record(1, true);
	window.correct(wrong);
	window.correct(-1);
	expect(countLoss(window, 1000, all)).toEqual({ lost: 320, total: 320 });
});

test("loss is called high only when chance cannot explain it", () => {
	const spansOf = (lost: number, total: number): ReturnType<typeof countLossSpans> => {
		const window = new LossWindow();
		for (let i = 0; i < total; i++)
			window.record(0, Math.floor(((i + 1) * lost) / total) > Math.floor((i * lost) / total));
		return countLossSpans(window, all);
	};
	expect(isLossHigh(spansOf(5, 20), 0.2, 0.1)).toBe(false);
	expect(isLossHigh(spansOf(12, 20), 0.2, 0.1)).toBe(true);
	expect(isLossHigh(spansOf(48, 160), 0.2, 0.1)).toBe(true);
	expect(isLossHigh(spansOf(24, 160), 0.2, 0.1)).toBe(false);
	expect(isLossLow(spansOf(2, 80), 0.2, 0.1)).toBe(true);
	expect(isLossLow(spansOf(0, 20), 0.2, 0.1)).toBe(false);
	expect(isLossLow(spansOf(24, 160), 0.2, 0.1)).toBe(false);
	expect(cautiousLoss([])).toBeLessThan(0.05);
	expect(cautiousLoss(spansOf(48, 160))).toBeGreaterThan(0.3);
});

test("time-outs follow the round-trip time and learn from every target", () => {
	const estimator = new RttEstimator();
	const near = new PathRtt();
	const far = new PathRtt();
	expect(estimator.timeoutMs(near)).toBeNull();
	for (let i = 0; i < 50; i++) {
		estimator.sample(near, 10 + (i % 2));
		estimator.sample(far, 80 + (i % 2));
	}
	expect(estimator.timeoutMs(near)).toBeGreaterThan(30);
	expect(estimator.timeoutMs(near)).toBeLessThan(40);
	expect(estimator.timeoutMs(far)).toBeGreaterThan(100);
	expect(estimator.timeoutMs(far)).toBeLessThan(110);
	for (let i = 0; i < 4; i++) estimator.sample(near, 410);
	expect(estimator.timeoutMs(far)).toBeGreaterThan(480);
});

test("patience is learnt from answers that came too late, and forgotten", () => {
	const estimator = new RttEstimator();
	expect(estimator.patienceMs(0)).toBe(0);
	estimator.learnPatience(5000, false, 0);
	expect(estimator.patienceMs(0)).toBe(250);
	estimator.learnPatience(400, true, 1000);
	expect(estimator.patienceMs(1000)).toBe(600);
	expect(estimator.patienceMs(181_000)).toBeCloseTo(300);
	expect(estimator.patienceMs(10_000_000)).toBe(0);
});

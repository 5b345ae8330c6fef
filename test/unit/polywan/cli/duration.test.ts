import { renderBytes, renderDuration, renderMilliseconds } from "polywan/cli/duration";
import { expect, test } from "vitest";

test.each([
	[-5, "0 ms"],
	[850, "850 ms"],
	[12_400, "12 s"],
	[185_000, "3 min 5 s"],
	[7_200_000, "2 h"],
	[7_800_000, "2 h 10 min"],
	[273_600_000, "3 d 4 h"],
])("%d ms are %s", (durationMs, text) => expect(renderDuration(durationMs)).toBe(text));

test.each([
	[0.42, "0.4 ms"],
	[139.6, "140 ms"],
])("a latency of %d ms is %s", (value, text) => expect(renderMilliseconds(value)).toBe(text));

test.each([
	[0, "0 B"],
	[999, "999 B"],
	[1500, "1.5 kB"],
	[123_456_789, "123 MB"],
])("%d bytes are %s", (bytes, text) => expect(renderBytes(bytes)).toBe(text));

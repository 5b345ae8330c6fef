import { formatMilliseconds, formatPercent, formatRate } from "../format.ts";
import { t } from "../words.ts";
import type { Graph, Line } from "./graph.ts";
import type { ByFamily, Series, Values } from "./series.ts";
import { tq } from "./words.ts";

/** What of an uplink is drawn, above each other. */
export function buildGraphs(series: Series): Graph[] {
	return [
		{
			name: "rtt",
			title: t("card.rtt"),
			heightPx: 140,
			lines: byFamily(series.rttMs),
			leastTop: 5,
			stepped: false,
			lowest: false,
			format: renderMs,
		},
		{
			name: "loss",
			title: t("card.loss"),
			heightPx: 76,
			lines: byFamily(series.lossPercent),
			leastTop: 5,
			stepped: false,
			lowest: false,
			format: renderPercent,
		},
		{
			name: "rate",
			title: tq("quality.traffic"),
			heightPx: 120,
			lines: [
				{ label: t("card.download"), values: inBits(series.download) },
				{ label: t("card.upload"), values: inBits(series.upload) },
			],
			leastTop: 100_000,
			stepped: false,
			lowest: false,
			format: (bitsPerSecond) => renderRate(bitsPerSecond / 8),
		},
		{
			name: "use",
			title: tq("quality.inUse"),
			heightPx: 76,
			lines: byFamily(series.usablePercent),
			leastTop: 100,
			stepped: true,
			lowest: true,
			format: renderPercent,
		},
	];
}

export function renderMs(ms: number): string {
	return `${formatMilliseconds(ms).value} ms`;
}

export function renderPercent(percent: number): string {
	return `${formatPercent(percent).value} %`;
}

export function renderRate(bytesPerSecond: number): string {
	const { value, unit } = formatRate(bytesPerSecond);
	return `${value} ${unit}`;
}

/** What is shown in bits has a scale of round numbers of them. */
function inBits(bytes: Values): Values {
	return bytes.map((value) => (value === null ? null : value * 8));
}

/** An IP version the uplink does not have is left out. */
function byFamily({ ipv4, ipv6 }: ByFamily): Line[] {
	const lines = [
		{ label: "IPv4", values: ipv4 },
		{ label: "IPv6", values: ipv6 },
	];
	const known = lines.filter(({ values }) => values.some((value) => value !== null));
	return known.length > 0 ? known : lines.slice(0, 1);
}

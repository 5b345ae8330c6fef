import { findOutages } from "./outage.ts";
import { type Series, usableAt, type Values } from "./series.ts";

/** How good an uplink was over a span; null where nothing was measured. */
export interface Sla {
	readonly availablePercent: number | null;
	readonly outages: number;
	/** Out of use in all, and at most in one piece. */
	readonly downS: number;
	readonly longestS: number;
	readonly rttMeanMs: number | null;
	/** In 95 of 100 steps the mean round trip was shorter. */
	readonly rttMostMs: number | null;
	readonly lossPercent: number | null;
	/** How much of the span was recorded. */
	readonly knownS: number;
	readonly stepS: number;
}

export function buildSla(series: Series): Sla {
	const usable = series.atS.map((_, index) => usableAt(series, index));
	const outages = findOutages(series);
	const rtts = eitherFamily(series.rttMs);
	return {
		availablePercent: mean(usable),
		outages: outages.length,
		downS: outages.reduce((sum, { downS }) => sum + downS, 0),
		longestS: Math.max(0, ...outages.map(({ downS }) => downS)),
		rttMeanMs: mean(rtts),
		rttMostMs: percentile(rtts, 0.95),
		lossPercent: mean(eitherFamily(series.lossPercent)),
		knownS: usable.filter((value) => value !== null).length * series.stepS,
		stepS: series.stepS,
	};
}

/** IPv4's where the uplink has it. */
function eitherFamily({ ipv4, ipv6 }: { readonly ipv4: Values; readonly ipv6: Values }): Values {
	return ipv4.some((value) => value !== null) ? ipv4 : ipv6;
}

function mean(values: Values): number | null {
	const known = values.filter((value) => value !== null);
	return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** Nearest rank: the least value that `part` of all do not exceed. */
function percentile(values: Values, part: number): number | null {
	const known = values.filter((value) => value !== null).sort((a, b) => a - b);
	return known[Math.ceil(known.length * part) - 1] ?? null;
}
